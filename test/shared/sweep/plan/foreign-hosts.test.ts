import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rulebook } from '../../../../shared/settings.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture, type PlanFixture } from '../../../support/plan-fixture.ts'
import { digestOf } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const registry = 'registry.example.com'
const unknownHost = 'registry.internal:5000'

/** Three versions of which a policy would delete the older two; the settings name this registry and `more`. */
async function start(more: readonly string[] = [], rules: Partial<Rulebook> = {}): Promise<PlanFixture> {
  const registries = [registry, ...more]
  const known = { registries, isConfigured: (host: string) => registries.includes(host) }
  const plan = createPlanFixture(local.store, undefined, { ...known, ...rules })
  await plan.synced()
  for (const name of ['v1', 'v2', 'v3']) await plan.holds(name)
  plan.track()
  plan.policy()
  return plan
}

const message = (plan: PlanFixture) => (plan.status().lastRun as { message: string }).message

describe('I26 a workload that names the registry otherwise', () => {
  it('keeps the tag that it names and nothing else of the path, and the run and the condition say so', async () => {
    const plan = await start()
    plan.cluster.run('web', `${unknownHost}/${plan.path}:v1`)

    await plan.plan()

    const line = `runs ${unknownHost}/${plan.path}:v1, a host that no registry is known by: kept; add it to aliases or notAliases of registries[${registry}]`
    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v2'])
    expect(message(plan)).toContain(line)
    expect(plan.condition('Ready')).toMatchObject({ status: 'True', message: expect.stringContaining(line) })
  })

  it('is named to the people of its own namespace alone', async () => {
    const plan = await start()
    plan.cluster.run('web', `${unknownHost}/${plan.path}:v1`)
    const [own] = plan.cluster.workloads
    if (own) plan.cluster.workloads[0] = { ...own, namespace: 'secret' }

    await plan.plan()

    expect(message(plan)).toContain(`an object of another namespace runs ${unknownHost}/`)
    expect(JSON.stringify(plan.status())).not.toContain('secret')
  })

  it('lifts the mark that it finds', async () => {
    const plan = await start()
    await plan.plan()
    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    plan.cluster.run('web', `${unknownHost}/${plan.path}:v1`)
    plan.pass(1800)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
    expect((await plan.image('v1'))?.change.reason).toMatch(/^kept by foreign-host: used as registry\.internal:5000\//)
  })

  it('keeps no longer once it has ended', async () => {
    const plan = await start()
    plan.cluster.run('web', `${unknownHost}/${plan.path}:v1`)
    await plan.plan()
    plan.cluster.workloads.length = 0
    plan.cluster.change('ImageCleanupPolicy', 'cleanup', { annotations: { 'theriseunion.io/manual-run': '2' } })

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    expect(message(plan)).not.toContain('a host that')
    expect(plan.condition('Ready')).toMatchObject({ message: 'the policy is in force' })
  })

  it.each([
    ['a tag of a public registry', 'ghcr.io', ':v1', ['v1', 'v2']],
    ['a digest of a public registry', 'ghcr.io', '@', ['v2']],
    ['a tag of another known registry', 'other.example.com', ':v1', ['v1', 'v2']],
    ['a digest of another known registry', 'other.example.com', '@', ['v2']],
    ['a tag and a digest of another known registry', 'other.example.com', ':v2@', ['v2']],
    ['a digest of an unknown host', unknownHost, '@', ['v2']],
  ])('%s', async (_, host, reference, marked) => {
    const plan = await start(['other.example.com'])
    const digest = reference.endsWith('@') ? digestOf(`${plan.path} v1`) : ''
    plan.cluster.run('web', `${host}/${plan.path}${reference}${digest}`)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(marked)
  })

  it.each([
    ['tag', unknownHost, ':v1'],
    ['digest', 'other.example.com', '@'],
    ['digest', 'ghcr.io', '@'],
  ])('notAliases switches it off, for a %s under %s', async (_, host, reference) => {
    const plan = await start(['other.example.com'], { isNotAlias: (of, other) => of === registry && other === host })
    const digest = reference.endsWith('@') ? digestOf(`${plan.path} v1`) : ''
    plan.cluster.run('web', `${host}/${plan.path}${reference}${digest}`)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    expect(message(plan)).not.toContain('a host that')
  })

  it('an alias is the registry itself', async () => {
    const plan = await start([], { canonicalHost: host => (host === unknownHost ? registry : host) })
    plan.cluster.run('web', `${unknownHost}/${plan.path}:v1`)
    plan.pass(300)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
    expect(await local.store.listUsage(plan.repository)).toHaveLength(1)
    expect(message(plan)).not.toContain('a host that')
  })
})

it('a reference under a known or public host is recorded once, under an unknown one by its path too', async () => {
  const plan = await start(['other.example.com'])
  plan.cluster.run('a', `${registry}/${plan.path}:v1`)
  plan.cluster.run('b', `other.example.com/${plan.path}:v1`)
  plan.cluster.run('c', `ghcr.io/${plan.path}:v1`)
  plan.cluster.run('d', `${unknownHost}/${plan.path}:v1`)

  await plan.plan()

  const recorded = await local.store.listClusterUsage(plan.cluster.name)
  expect(recorded.map(({ name, repository }) => `${name} ${repository.replace(plan.path, 'PATH')}`).sort()).toEqual([
    'a registry.example.com/PATH',
    'b other.example.com/PATH',
    'c ghcr.io/PATH',
    'd */PATH',
    'd registry.internal:5000/PATH',
  ])
})
