import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { namespaceShareMs } from '../../../../shared/sweep/plan/namespace-turns.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createMoments, KilledError } from '../../../support/memory-platform.ts'
import { cleanup, createPlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const lookMs = 2_000
/** What the planner keeps for its end. */
const reserveMs = 20_000
const everyMinute = { dryRun: true, schedule: '* * * * *' }

/** A planner for which each look at a repository takes 2 s, and namespaces with a repository each. */
async function start(...namespaces: string[]) {
  const plan = createPlanFixture(local.store)
  const moments = createMoments()
  const before = new Map<string, () => void>()
  let remainingMs = 0
  moments.before('listTags', id => {
    remainingMs -= lookMs
    before.get(String(id).split('/')[1] ?? '')?.()
  })
  const open = async (namespace: string) => {
    const where = `${namespace}/${plan.path}`
    await plan.holds('v1', {}, where)
    await plan.synced(where)
    plan.cluster.put('RegistrySecret', 'registry', { domain: 'registry.example.com' }, { namespace })
    plan.track(where, undefined, namespace)
  }
  for (const namespace of namespaces) await open(namespace)
  const recordOf = (namespace: string, name: string) =>
    local.store.findPolicy(`${plan.cluster.name}/${namespace}/${name}`)
  return {
    ...plan,
    open,
    put: (namespace: string, name: string, spec: object = everyMinute) =>
      plan.cluster.put(
        'ImageCleanupPolicy',
        name,
        { ...cleanup, ...spec },
        {
          namespace,
          creationTimestamp: plan.now().toISOString(),
        },
      ),
    /** Lets something happen in each look at the repository of a namespace. */
    beforeLook: (namespace: string, happen: () => void) => void before.set(namespace, happen),
    /** A minute later the planner has time for so many looks. */
    tick: async (looks: number) => {
      plan.pass(60)
      remainingMs = reserveMs + looks * lookMs - 1
      await plan.plan(moments, () => remainingMs)
    },
    /** Those that had their turn in this minute. */
    planned: async (namespace: string, names: readonly string[]) => {
      const records = await Promise.all(names.map(name => recordOf(namespace, name)))
      return names.filter((_, place) => records[place]?.plannedAt?.getTime() === plan.now().getTime())
    },
    ready: (namespace: string, name: string) => {
      const { status } = plan.cluster.get('ImageCleanupPolicy', name, namespace) ?? {}
      return (status?.conditions as { type: string }[] | undefined)?.find(one => one.type === 'Ready')
    },
  }
}

const namesOf = (count: number): string[] => Array.from({ length: count }, (_, number) => `p${100 + number}`)

/** More than a namespace has time for. */
const crowd = namesOf(1.5 * (namespaceShareMs / lookMs))

async function startCrowded() {
  const plan = await start('crowd', 'quiet')
  for (const name of crowd) plan.put('crowd', name)
  // It is dearer than all of them, and comes last in the alphabet.
  plan.put('quiet', 'only', { ...everyMinute, groupBy: '^(v)', keepRecent: 1 })
  return plan
}

describe('many quick policies of one namespace', () => {
  it('make no other namespace wait, and take turns themselves from one minute to the next', async () => {
    const plan = await startCrowded()
    const share = namespaceShareMs / lookMs

    await plan.tick(1000)
    const first = await plan.planned('crowd', crowd)
    expect(await plan.planned('quiet', ['only'])).toEqual(['only'])
    expect(first).toHaveLength(share)

    await plan.tick(1000)
    const second = await plan.planned('crowd', crowd)
    expect(await plan.planned('quiet', ['only'])).toEqual(['only'])
    expect(second).toHaveLength(share)
    expect(new Set([...first, ...second])).toEqual(new Set(crowd))
  })

  it('make no other wait in a planner with little time either', async () => {
    const plan = await startCrowded()

    for (let minute = 0; minute < 3; minute++) {
      await plan.tick(2)
      expect(await plan.planned('quiet', ['only'])).toEqual(['only'])
      expect(await plan.planned('crowd', crowd)).toHaveLength(1)
    }
  })

  it('say since when they wait, and why, until they had their turn', async () => {
    const plan = await startCrowded()
    await plan.tick(2)
    const since = plan.now().toISOString().slice(0, 19)
    const last = crowd.at(-1) ?? ''
    await plan.tick(2)
    expect(plan.ready('crowd', last)).toBeUndefined()
    await plan.tick(2)

    await plan.tick(2)

    expect(plan.ready('crowd', last)).toMatchObject({
      status: 'True',
      reason: 'PlanningDelayed',
      message: `the policy is in force; due since ${since}Z and not planned yet: the policies of all namespaces together take longer than one run of the planner`,
    })
    expect(plan.ready('quiet', 'only')).toMatchObject({ reason: 'Accepted', message: 'the policy is in force' })

    await plan.tick(1000)
    await plan.tick(1000)
    await plan.tick(1000)
    expect(plan.ready('crowd', last)).toMatchObject({ reason: 'Accepted', message: 'the policy is in force' })
  })

  it('name their own namespace where it took all that it may', async () => {
    const plan = await startCrowded()
    const slow = namesOf(4 * crowd.length)
    for (const name of slow) plan.put('crowd', name)
    for (let minute = 0; minute < 4; minute++) await plan.tick(1000)

    const told = slow.map(name => plan.ready('crowd', name)).filter(one => one !== undefined)

    const text = 'not planned yet: the policies of namespace crowd take longer than 1m'
    expect(told).toContainEqual(expect.objectContaining({ message: expect.stringContaining(text) }))
  })

  it('keep nobody from reading that a policy of theirs is suspended', async () => {
    const plan = await startCrowded()
    for (let minute = 0; minute < 3; minute++) await plan.tick(2)

    plan.put('crowd', 'z-suspended', { ...everyMinute, suspend: true })
    await plan.tick(2)

    expect(plan.ready('crowd', 'z-suspended')).toMatchObject({ status: 'False', reason: 'Suspended' })
  })
})

describe('more namespaces than a minute has time for', () => {
  const all = ['n1', 'n2', 'n3', 'n4', 'n5']
  const plannedOf = async (plan: Awaited<ReturnType<typeof start>>, namespaces: readonly string[]) => {
    const planned = await Promise.all(namespaces.map(namespace => plan.planned(namespace, ['only'])))
    return namespaces.filter((_, place) => (planned[place] ?? []).length > 0)
  }

  it('begin in the next one with those that had no turn', async () => {
    const plan = await start(...all)
    for (const namespace of all) plan.put(namespace, 'only')

    await plan.tick(3)
    expect(await plannedOf(plan, all)).toEqual(['n1', 'n2', 'n3'])
    await plan.tick(3)

    expect(await plannedOf(plan, all)).toEqual(['n1', 'n4', 'n5'])
  })

  it('let a new one begin', async () => {
    const plan = await start(...all)
    for (const namespace of all) plan.put(namespace, 'only')
    await plan.tick(5)

    await plan.open('z-new')
    plan.put('z-new', 'only')
    await plan.tick(2)

    expect(await plannedOf(plan, [...all, 'z-new'])).toEqual(['n1', 'z-new'])
  })

  it('F7 go on after a minute that was killed, and one that kills every minute lets the others have theirs', async () => {
    const plan = await start(...all)
    for (const namespace of all) plan.put(namespace, 'only')
    plan.beforeLook('n1', () => {
      throw new KilledError('out of memory')
    })
    const turns = new Map<string, number>()

    for (let minute = 0; minute < 12; minute++) {
      await expect(plan.tick(1000)).rejects.toBeInstanceOf(KilledError)
      for (const one of await plannedOf(plan, all)) turns.set(one, (turns.get(one) ?? 0) + 1)
    }

    for (const namespace of all.slice(1)) expect(turns.get(namespace), namespace).toBeGreaterThanOrEqual(4)
  })
})
