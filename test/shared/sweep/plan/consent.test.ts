import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Grants } from '../../../../shared/domain/grants/grant.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createKillPoint } from '../../../support/memory-platform.ts'
import { cleanup, createPlanFixture, type PlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const team = { namespaces: ['team'], repositories: ['**'], may: ['read', 'delete'] } as const
const mayRead = { namespaces: ['payments'], repositories: ['team/**'], may: ['read'] } as const
const grantsOf = (...lines: readonly object[]) => ({ grantsOf: () => lines as Grants })

/** Three versions that a policy of `team` covers and of which it would delete the older two; others have these grants. */
async function start(...lines: readonly object[]): Promise<PlanFixture> {
  const plan = createPlanFixture(local.store, undefined, grantsOf(team, ...lines))
  await plan.synced()
  for (const name of ['v1', 'v2', 'v3']) await plan.holds(name)
  plan.track()
  plan.policy()
  plan.cluster.put('RegistrySecret', 'registry', { domain: 'registry.example.com' }, { namespace: 'payments' })
  return plan
}

const policyOf = (plan: PlanFixture, spec: object) =>
  plan.cluster.put('ImageCleanupPolicy', 'theirs', { ...cleanup, ...spec }, { namespace: 'payments' })
const message = (plan: PlanFixture) => (plan.status().lastRun as { message: string }).message
const told = (plan: PlanFixture) => plan.cluster.events.filter(({ reason }) => reason === 'CleanupPlanned')

describe('T12 what an object of another namespace tracks', () => {
  it('stays where that namespace has a grant, and the owner of the policy is told how many', async () => {
    const plan = await start(mayRead)
    plan.track(plan.path, 'v1', 'payments')

    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v2'])
    expect(message(plan)).toContain('1 image stays because an object of another namespace tracks it')
    expect(JSON.stringify(plan.status())).not.toContain('payments')
  })

  it('is deleted where that namespace has none', async () => {
    const plan = await start()
    plan.track(plan.path, 'v1', 'payments')

    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v1', 'v2'])
    expect(message(plan)).not.toContain('stay')
  })

  it('stays as a whole where a whole repository is tracked', async () => {
    const plan = await start(mayRead)
    plan.track(plan.path, undefined, 'payments')

    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual([])
    expect(message(plan)).toContain('2 images stay because objects of other namespaces track them')
  })

  it('is deleted once a policy over that object lets it go, though not one on dry run', async () => {
    const plan = await start(mayRead)
    plan.track(plan.path, undefined, 'payments')
    policyOf(plan, { keepTags: ['v1'], dryRun: true })
    await plan.plan()
    expect(await plan.marked('v1', 'v2', 'v3')).toEqual([])

    policyOf(plan, { keepTags: ['v1'] })
    plan.cluster.change('ImageCleanupPolicy', 'cleanup', { annotations: { 'theriseunion.io/manual-run': '2' } })
    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v2'])
  })

  it('stays though a policy over that object lets it go that has no target which is served', async () => {
    const plan = await start(mayRead)
    plan.track(plan.path, undefined, 'payments')
    policyOf(plan, { keepTags: ['v1'], targets: ['NodeCache'] })

    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual([])
  })

  it('stays though a policy of a stranger, who names that namespace, would let it go', async () => {
    const plan = await start(mayRead)
    plan.track(plan.path, undefined, 'payments')
    const wish = { ...cleanup, keepTags: [], namespaces: ['payments'] }
    plan.cluster.put('ImageCleanupPolicy', 'theirs', wish, { namespace: 'stranger' })

    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual([])
  })

  it('is deleted where both may delete by the same line: they are one tenant', async () => {
    const plan = createPlanFixture(local.store, undefined, grantsOf({ ...team, namespaces: ['team', 'payments'] }))
    await plan.synced()
    for (const name of ['v1', 'v2']) await plan.holds(name)
    plan.track()
    plan.policy()
    plan.track(plan.path, 'v1', 'payments')

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
  })

  it('lifts the mark that it finds, with its reason', async () => {
    const plan = await start(mayRead)
    await plan.plan()
    expect(await plan.marked('v1')).toEqual(['v1'])
    plan.track(plan.path, 'v1', 'payments')
    plan.pass(300)

    await plan.plan()

    expect(await plan.marked('v1')).toEqual([])
    expect((await plan.image('v1'))?.change.reason).toMatch(
      /^kept by tracked: tracked by Repository payments\/.*, whose namespace has a grant there$/,
    )
  })
})

describe('T12 a policy of another namespace', () => {
  it.each(['keeps', 'cannot be read'])('that %s counts with a grant, and for nothing without', async how => {
    const spec = how === 'keeps' ? { keepTags: ['v1'] } : { keepRecent: -1 }
    const [granted, other] = [await start(mayRead), await start()]
    for (const plan of [granted, other]) {
      policyOf(plan, { ...spec, namespaces: ['team'] })
      await plan.plan()
    }

    expect(await granted.marked('v1')).toEqual([])
    expect(await other.marked('v1', 'v2')).toEqual(['v1', 'v2'])
  })

  it('that cannot be read is not quoted', async () => {
    const plan = await start(mayRead)
    await plan.plan()
    policyOf(plan, { namespaces: ['team'], keepRecent: -77 })
    plan.pass(300)

    await plan.plan()

    expect((await plan.image('v1'))?.change.reason).toMatch(/may keep it and cannot be read$/)
  })
})

describe('CleanupPlanned', () => {
  it('tells who tracks without a grant what is deleted, when, and what would keep it, once a mark', async () => {
    const plan = await start()
    const object = plan.track(plan.path, 'v1', 'payments')
    await plan.plan()
    plan.pass(300)

    await plan.plan()

    expect(told(plan)).toHaveLength(1)
    expect(told(plan)[0]).toMatchObject({ type: 'Warning', object: `Repository/payments/${object.metadata.name}` })
    const deleteAfter = (await plan.image('v1'))?.mark?.deleteAfter.toISOString().slice(0, 19)
    expect(told(plan)[0]?.message).toContain(
      `a policy of another namespace deletes ${plan.repository}:v1 after ${deleteAfter}Z unless something needs it by then`,
    )
    expect(told(plan)[0]?.message).toContain('"namespaces":["payments"]')
    expect(told(plan)[0]?.message).not.toContain('cleanup')
  })

  it('says nothing of what stays, to those with a grant, nor to the own namespace', async () => {
    const plan = await start(mayRead)
    plan.track(plan.path, 'v1', 'payments')
    plan.track(plan.path, 'v2', 'team')
    const other = await start()
    other.track(other.path, 'v3', 'payments')

    await plan.plan()
    await other.plan()

    expect(told(plan)).toEqual([])
    expect(told(other)).toEqual([])
  })

  it('is one Event for all of a whole repository, at most 50 in all, and each namespace before any twice', async () => {
    const plan = await start()
    for (let at = 0; at < 60; at++)
      plan.cluster.put(
        'Repository',
        `app-${at}`,
        { repository: plan.path, registryRef: { name: 'registry' } },
        { namespace: 'payments' },
      )
    plan.track(plan.path, undefined, 'zzz')
    plan.cluster.put('RegistrySecret', 'registry', { domain: 'registry.example.com' }, { namespace: 'zzz' })

    await plan.plan()

    expect(told(plan)).toHaveLength(51)
    expect(told(plan)[0]?.message).toContain(`2 images of ${plan.repository}`)
    expect(told(plan).some(({ message }) => message.includes('"namespaces":["zzz"]'))).toBe(true)
    expect(told(plan).at(-1)).toMatchObject({
      object: 'ImageCleanupPolicy/team/cleanup',
      message: expect.stringContaining('11 more objects'),
    })
  })

  it('stops nothing when it cannot be told', async () => {
    const plan = await start()
    plan.track(plan.path, 'v1', 'payments')
    plan.cluster.recordEvent = async () => {
      throw new UnavailableError('no route to it', { kind: 'network' })
    }

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
  })

  it('is told whichever step the planner is killed at', async () => {
    for (let step = 1; ; step++) {
      const plan = await start()
      plan.track(plan.path, 'v1', 'payments')
      const kill = createKillPoint(step)
      const survived = await plan.plan(kill).then(
        () => true,
        () => false,
      )
      if ((await plan.marked('v1')).length > 0) expect(told(plan).length).toBeGreaterThan(0)
      if (survived) break
    }
  })
})
