import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Grants } from '../../../../shared/domain/grants/grant.ts'
import { findGrant } from '../../../../shared/domain/grants/rights.ts'
import { parseSettings, rulebookOf } from '../../../../shared/settings.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { cleanup, createPlanFixture, type PlanFixture } from '../../../support/plan-fixture.ts'
import { digestOf } from '../../../support/records.ts'
import { noLimits } from '../../../support/rulebook.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** Two versions of which a policy of namespace `team` would delete the older, below what is granted. */
async function planned(grantsOf: (plan: PlanFixture) => Grants | undefined, spec: object = {}): Promise<PlanFixture> {
  const plan = createPlanFixture(local.store)
  plan.deploy({ grantsOf: () => grantsOf(plan) })
  await plan.synced()
  for (const name of ['v1', 'v2']) await plan.holds(name)
  plan.track()
  plan.policy(spec)
  await plan.plan()
  return plan
}

const may = ['read' as const, 'delete' as const]
const messageOf = (plan: PlanFixture): string =>
  (plan.condition('Ready') as { message?: string } | undefined)?.message ?? ''

describe('T1 a policy deletes in a registry only where its namespace may', () => {
  it.each<[string, (plan: PlanFixture) => Grants | undefined]>([
    ['there are no grants', () => undefined],
    ['nothing is granted', () => []],
    ['everyone may read', () => 'everyone'],
    ['it may read alone', ({ path }) => [{ namespaces: ['team'], repositories: [path], may: ['read'] }]],
    ['another namespace may', ({ path }) => [{ namespaces: ['bank'], repositories: [path], may }]],
    ['it may elsewhere', () => [{ namespaces: ['team'], repositories: ['other/**'], may }]],
    ['it may in another cluster', ({ path }) => [{ clusters: ['x'], namespaces: ['team'], repositories: [path], may }]],
    ['it may below its own name', () => [{ clusters: ['*'], namespaces: ['*'], repositories: ['{namespace}'], may }]],
    [
      'a label says so that it has not',
      () => [{ clusters: ['*'], namespaces: ['*'], repositories: ['{label:team}/*'], may }],
    ],
  ])('marks nothing where %s', async (_, grantsOf) => {
    const plan = await planned(grantsOf)

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(plan.condition('Ready')).toMatchObject({ status: 'False', reason: 'NotAuthorized' })
    expect((plan.status().lastRun as { message: string }).message).toContain('left out: namespace team')
  })

  it('names the line that lets it, as the settings take it', async () => {
    const plan = await planned(() => [])
    const message = messageOf(plan)
    const line = JSON.parse(message.slice(message.indexOf('{')))

    plan.deploy({ grantsOf: () => [line] })
    plan.change({ schedule: '* * * * *' })
    plan.pass(120)
    await plan.plan()

    expect(plan.condition('Ready')).toMatchObject({ status: 'True' })
    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
  })

  it('sweeps the repository in which it may, and names the other', async () => {
    const plan = createPlanFixture(local.store)
    const other = `${plan.path}-other`
    plan.deploy({ grantsOf: () => [{ namespaces: ['team'], repositories: [plan.path], may }] })
    for (const where of [plan.path, other]) {
      await plan.synced(where)
      for (const name of ['v1', 'v2']) await plan.holds(name, {}, where)
      plan.track(where)
    }
    plan.policy()

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
    expect((await plan.image('v1', other))?.mark).toBeUndefined()
    expect(messageOf(plan)).toContain(other)
  })

  it('says so before its first run is due', async () => {
    const plan = createPlanFixture(local.store)
    plan.deploy({ grantsOf: () => [] })
    plan.track()
    plan.cluster.put('ImageCleanupPolicy', 'cleanup', {
      keepRecent: 1,
      schedule: '0 3 1 1 *',
      targets: ['RegistryArtifact'],
    })

    await plan.plan()

    expect(plan.condition('Ready')).toMatchObject({ status: 'False', reason: 'NotAuthorized' })
  })

  it('lifts what it had marked once the grant is taken back', async () => {
    const plan = await planned(({ path }) => [{ namespaces: ['team'], repositories: [path], may }], {
      schedule: '* * * * *',
    })
    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])

    plan.deploy({ grantsOf: () => [] })
    plan.pass(600)
    const sent = await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(sent).toEqual([])
    expect((await plan.image('v1'))?.change.reason).toContain('namespace team of cluster')
  })

  it('names a line that the settings take, which gives that right and no other', async () => {
    const plan = await planned(() => [])
    const message = messageOf(plan)
    const line = JSON.parse(message.slice(message.indexOf('{')))
    const settings = parseSettings({ registries: [{ host: 'registry.example.com', grants: [line] }] })
    const grants = rulebookOf(settings).grantsOf('registry.example.com')
    const team = { cluster: plan.cluster.name, name: 'team', labels: {} }

    expect(message).toContain('adds to registries[registry.example.com].grants')
    expect(findGrant(grants, team, plan.path, 'delete')).toBeDefined()
    expect(findGrant(grants, team, `${plan.path}/below`, 'read')).toBeUndefined()
    expect(findGrant(grants, { ...team, name: 'bank' }, plan.path, 'read')).toBeUndefined()
    expect(findGrant(grants, { ...team, cluster: 'another' }, plan.path, 'read')).toBeUndefined()
  })

  it('says so in a dry run as well, which then shows nothing to delete', async () => {
    const plan = await planned(() => [], { dryRun: true })

    expect(plan.status().lastRun).toMatchObject({
      candidates: 0,
      freedBytes: 0,
      message: expect.stringMatching(/^dry run: 0 tags and 0 digests to delete; left out: namespace team/),
    })
    expect(plan.condition('Ready')).toMatchObject({ reason: 'NotAuthorized' })
  })

  it('gives up nothing to a registry that is full', async () => {
    const plan = createPlanFixture(local.store, 100)
    plan.deploy({ grantsOf: () => [] })
    await plan.synced(plan.path, { storedBytes: 100 })
    for (const name of ['v1', 'v2'])
      await plan.holds(name, { blobs: [{ digest: digestOf(`${plan.path} blob of ${name}`), sizeBytes: 50 }] })
    plan.track()
    plan.cluster.put('ImageCleanupPolicy', 'cleanup', { ...cleanup, storageThresholdPercent: 50 })

    await plan.plan()
    plan.pass(2 * 3600)
    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(plan.condition('StoragePressure')).toMatchObject({ status: 'True' })
    expect(plan.condition('Ready')).toMatchObject({ reason: 'NotAuthorized' })
  })

  it('says so no more once the settings grant it, before any run is due, and tells when the next one comes', async () => {
    const plan = createPlanFixture(local.store)
    plan.deploy({ grantsOf: () => [] })
    plan.track()
    const spec = { ...cleanup, schedule: '0 3 1 2 *' }
    plan.cluster.put('ImageCleanupPolicy', 'cleanup', spec)
    await plan.plan()
    const before = plan.status()

    plan.deploy({})
    plan.pass(60)
    await plan.plan()

    expect(before).toMatchObject({ nextScheduleTime: expect.any(String) })
    expect(plan.condition('Ready')).toMatchObject({ status: 'True', message: 'the policy is in force' })
    expect(plan.status().lastRun).toBeUndefined()
  })

  it('tells the limits of the installation beside what is not granted', async () => {
    const plan = createPlanFixture(local.store)
    plan.deploy({ grantsOf: () => [], limits: { ...noLimits, minGracePeriodMs: 2 * 3_600_000 } })
    plan.track()
    plan.policy({ gracePeriod: '1s' })

    await plan.plan()

    expect(plan.condition('Ready')).toMatchObject({ reason: 'NotAuthorized' })
    expect(messageOf(plan)).toContain('; gracePeriod 2h instead of 1s: least of the installation')
  })

  it('needs no grant for the objects of its own cluster alone', async () => {
    const plan = createPlanFixture(local.store)
    plan.deploy({ grantsOf: () => [] })
    await plan.synced()
    for (const name of ['v1', 'v2']) {
      await plan.holds(name)
      plan.track(plan.path, name)
    }
    plan.policy({ targets: ['Configuration'] })

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
    expect(plan.condition('Ready')).toMatchObject({ status: 'True' })
  })
})

describe('the limits of the installation', () => {
  it('hold in place of shorter graces, and are told', async () => {
    const plan = createPlanFixture(local.store)
    plan.deploy({ limits: { ...noLimits, minGracePeriodMs: 2 * 3_600_000, maxDeletionsPerRun: 5 } })
    await plan.synced()
    for (const name of ['v1', 'v2']) await plan.holds(name)
    plan.track()
    plan.policy({ gracePeriod: '1s', maxDeletionsPerRun: 100_000 })

    await plan.plan()

    const { mark } = (await plan.image('v1')) ?? {}
    expect((mark?.deleteAfter.getTime() ?? 0) - (mark?.markedAt.getTime() ?? 0)).toBe(2 * 3_600_000)
    expect(messageOf(plan)).toBe(
      'the policy is in force; gracePeriod 2h instead of 1s: least of the installation; maxDeletionsPerRun 5 instead of 100000: most of the installation',
    )
  })

  it('hold for marks that stand already: they are made anew with the whole grace', async () => {
    const plan = createPlanFixture(local.store)
    await plan.synced()
    for (const name of ['v1', 'v2']) await plan.holds(name)
    plan.track()
    plan.policy({ gracePeriod: '1m', schedule: '* * * * *' })
    await plan.plan()

    plan.deploy({ limits: { ...noLimits, minGracePeriodMs: 3_600_000 } })
    plan.pass(120)
    const sent = await plan.plan()

    expect(sent).toEqual([])
    expect((await plan.image('v1'))?.mark?.deleteAfter.getTime()).toBe(plan.now().getTime() + 3_600_000)
  })
})

describe('a mark ends with its policy and its namespace', () => {
  it.each<[string, (plan: PlanFixture) => Promise<void>]>([
    [
      'is of another object of the name',
      async plan => {
        const image = await plan.image('v1')
        if (!image) throw new Error('expected an image')
        await local.store.saveImage({ ...image, markedFor: { policyUid: 'another', namespaceUid: 'another' } }, image)
      },
    ],
    [
      'was made by a version that told no uids',
      async plan => {
        const image = await plan.image('v1')
        if (!image) throw new Error('expected an image')
        const { markedFor: _, ...rest } = image
        await local.store.saveImage(rest, image)
      },
    ],
  ])('is made anew where it %s', async (_, spoil) => {
    const plan = await planned(({ path }) => [{ namespaces: ['team'], repositories: [path], may }], {
      schedule: '* * * * *',
    })
    await spoil(plan)

    plan.pass(3_600)
    const sent = await plan.plan()

    expect(sent).toEqual([])
    expect((await plan.image('v1'))?.mark?.markedAt).toEqual(plan.now())
    expect((await plan.image('v1'))?.markedFor).toMatchObject({ namespaceUid: 'uid-of-team' })
  })
})
