import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoStore } from '../../../shared/adapters/store/dynamo-store.ts'
import { UnreadableRecordError } from '../../../shared/errors.ts'
import { takeInventory } from '../../../shared/inventory/take-inventory.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import { runTask } from '../../../shared/sync/run-task.ts'
import { brokenItems } from '../../support/broken-items.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createPlanFixture } from '../../support/plan-fixture.ts'
import { createReconcileFixture } from '../../support/reconcile-fixture.ts'
import {
  at,
  digestOf,
  entryOf,
  freshId,
  imageDraft,
  repositoryDraft,
  tagDraft,
  usageOf,
} from '../../support/records.ts'
import { rulebookWith } from '../../support/rulebook.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { noEvents, recordingBus } from '../../support/webhook-fixture.ts'

let world: Loopback
let broken: ReturnType<typeof brokenItems>
/** The keys that were told of. */
let told: string[] = []
let store: Store
beforeAll(async () => {
  world = await startLoopback()
  broken = brokenItems(world.table)
  store = createDynamoStore(world.table.client, world.table.tableName, error => void told.push(error.key))
})
afterAll(() => world.close())

it('F39 is refused by its key and what was expected, and told of', async () => {
  const id = freshId()
  await store.saveTag(tagDraft(id), undefined)
  await broken.spoil(`REPO#${id}`, 'TAG#v1', { digest: 'latest' })
  told = []

  const reading = store.listTags(id)

  await expect(reading).rejects.toThrow(UnreadableRecordError)
  await expect(reading).rejects.toThrow(`record REPO#${id} TAG#v1 cannot be read: digest: expected sha256:`)
  expect(told).toEqual([`REPO#${id} TAG#v1`])
})

it('F39 costs the planner its own repository, and the run says so', async () => {
  const plan = createPlanFixture(store)
  const other = `${plan.path}-other`
  for (const where of [plan.path, other]) {
    await plan.synced(where)
    await plan.holds('a', {}, where)
    await plan.holds('b', {}, where)
    plan.track(where)
  }
  plan.policy()
  await broken.spoil(`REPO#${plan.repository}`, 'TAG#b', { firstSeenAt: 5 })

  await plan.plan()

  expect((await plan.image('a', other))?.mark).toBeDefined()
  expect((await plan.image('a'))?.mark).toBeUndefined()
  expect((await plan.record())?.runs[0]?.message).toContain(
    `1 repository left alone: record REPO#${plan.repository} TAG#b cannot be read`,
  )
})

it('F38 keeps an image with a value of tomorrow', async () => {
  const plan = createPlanFixture(store)
  await plan.synced()
  const marked = await plan.holds('a')
  const spared = await plan.holds('b')
  await plan.holds('c')
  plan.track()
  plan.policy()
  await broken.spoil(`REPO#${plan.repository}`, `IMAGE#${spared}`, { stage: 'Quarantine' })

  await plan.plan()

  expect((await store.findImage(plan.repository, marked))?.mark).toBeDefined()
  expect(await store.findImage(plan.repository, spared)).toMatchObject({ stage: 'Quarantine' })
  expect((await store.findImage(plan.repository, spared))?.mark).toBeUndefined()
})

it('F38 keeps the image of a tag whose record has a value of tomorrow', async () => {
  const plan = createPlanFixture(store)
  await plan.synced()
  const spared = await plan.holds('a')
  await plan.holds('b')
  plan.track()
  plan.policy()
  const change = { ...entryOf(randomUUID(), 0), at: at(0).toISOString(), action: 'tag-locked' }
  await broken.spoil(`REPO#${plan.repository}`, 'TAG#a', { change })

  await plan.plan()

  expect((await store.findImage(plan.repository, spared))?.mark).toBeUndefined()
})

it('F38 deletes no image that got a value of tomorrow after it was marked, and writes that value back', async () => {
  const sweep = createSweepFixture(world)
  const images = [await sweep.release('v1'), await sweep.release('v2'), await sweep.release('v3')]
  sweep.trackWhole()
  sweep.policy()
  const request = await sweep.ripen()
  const [, second] = images
  const sk = `IMAGE#${second?.digest}`
  await broken.spoil(`REPO#${sweep.repository}`, sk, { stage: 'Quarantine', holdUntil: 'tomorrow' })

  await sweep.execute(request)
  await sweep.sweep(2)

  expect(await sweep.listTags()).toEqual(['v2', 'v3'])
  const item = await broken.get(`REPO#${sweep.repository}`, sk)
  expect(item).toMatchObject({ stage: 'Quarantine', holdUntil: 'tomorrow' })
  expect(item).not.toHaveProperty('mark')
})

it('F39 lets the executor keep everything of the repository, and end', async () => {
  const sweep = createSweepFixture(world)
  for (const tag of ['v1', 'v2']) await sweep.release(tag)
  sweep.trackWhole()
  sweep.policy()
  const request = await sweep.ripen()
  await broken.spoil(`REPO#${sweep.repository}`, 'TAG#v2', { digest: 'none' })

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('TAG#v2 cannot be read') })
  expect(await sweep.listTags()).toEqual(['v1', 'v2'])
})

it.each(['its lease', 'its policy'])('F39 deletes nothing where %s cannot be read', async what => {
  const sweep = createSweepFixture(world)
  for (const tag of ['v1', 'v2']) await sweep.release(tag)
  sweep.trackWhole()
  sweep.policy()
  const request = await sweep.ripen()
  await world.store.takeLease(sweep.repository, 'another', at(-100), 1)
  await (what === 'its lease'
    ? broken.spoil(`REPO#${sweep.repository}`, 'LEASE', { token: 'x' })
    : broken.spoil(`POLICIES#${sweep.cluster.name}`, 'POLICY#team/cleanup', { totalDeleted: 'many' }))

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('cannot be read') })
  expect(await sweep.listTags()).toEqual(['v1', 'v2'])
})

it('F39 shows on the objects of the repository which record cannot be read, and on the others what they are', async () => {
  const reconcile = createReconcileFixture(store)
  const good = `${reconcile.path}-good`
  for (const path of [reconcile.path, good]) {
    await store.saveRepository(repositoryDraft(`registry.example.com/${path}`), undefined)
    await store.saveTag(tagDraft(`registry.example.com/${path}`), undefined)
  }
  await broken.spoil(`REPO#${reconcile.id}`, 'TAG#v1', { digest: 'none' })
  for (const path of [reconcile.path, good])
    reconcile.cluster.put('Repository', path.replaceAll('/', '-'), {
      repository: path,
      tag: 'v1',
      registryRef: { name: 'registry' },
    })

  const [result] = await reconcileAll(reconcile.deps)

  const syncedOf = (path: string) => {
    const { conditions } = reconcile.cluster.get('Repository', path.replaceAll('/', '-'))?.status ?? {}
    return (conditions as { type: string }[]).find(one => one.type === 'Synced')
  }
  expect(result?.problem).toBeUndefined()
  expect(syncedOf(reconcile.path)).toMatchObject({
    status: 'False',
    reason: 'RecordUnreadable',
    message: expect.stringContaining(`REPO#${reconcile.id} TAG#v1`),
  })
  expect(syncedOf(good)).toMatchObject({ reason: 'Syncing' })
})

it.each([
  ['a tag', 'TAG#v1', { digest: 'none' }],
  ['the repository', 'REPOSITORY', { tagCount: 'many' }],
])('F39 ends a sync of a repository whose record of %s cannot be read as failed', async (_, sk, attributes) => {
  const sweep = createSweepFixture(world)
  await sweep.release('v1')
  await broken.spoil(`REPO#${sweep.repository}`, sk, attributes)
  const request = {
    registry: world.host,
    repository: sweep.path,
    credential: 'anonymous',
    timeoutMs: 5000,
    trigger: 'Scheduled' as const,
    attempt: randomUUID(),
  }

  const result = await runTask(
    { kind: 'request', request },
    { store, events: recordingBus().events, readerFor: async () => world.reader, now: () => at(9000) },
  )

  expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining(`${sk} cannot be read`) })
})

it('F39 counts a reference that cannot be read as one of now, and the next inventory writes it anew', async () => {
  const id = freshId()
  const cluster = createMemoryCluster(`eu-${randomUUID()}`)
  cluster.run('web', `${id}:v1`)
  const inventory = () => takeInventory(cluster, { ...rulebookWith(), store, events: noEvents, now: () => at(100) })
  await inventory()
  await store.saveUsage([usageOf(id, { cluster: cluster.name, name: 'old', image: `${id}:v0` })])
  const keyOf = (namespace: string, name: string, tag: string) =>
    [`USAGE#${id}`, `${cluster.name}#Deployment#${namespace}#${name}#${id}:${tag}`] as const
  await broken.spoil(...keyOf('team', 'web', 'v1'), { rollback: 'no' })
  await broken.spoil(...keyOf('production', 'old', 'v0'), { firstSeenAt: 7, endedAt: at(1).toISOString() })

  const protecting = await store.listUsage(id)
  const result = await inventory()

  expect(protecting.map(one => [one.name, one.image, one.endedAt]).sort()).toEqual([
    ['old', `${id}:v0`, undefined],
    ['web', `${id}:v1`, undefined],
  ])
  expect(result).toMatchObject({ complete: true })
  told = []
  const after = await store.listUsage(id)
  expect(told).toEqual([])
  expect(after.find(one => one.name === 'old')?.endedAt).toEqual(at(100))
  expect(after.find(one => one.name === 'web')?.endedAt).toBeUndefined()
})

it('F39 counts an inventory that cannot be read as none, and writes it over', async () => {
  const cluster = createMemoryCluster(`eu-${randomUUID()}`)
  const inventory = () => takeInventory(cluster, { ...rulebookWith(), store, events: noEvents, now: () => at(100) })
  await inventory()
  await broken.spoil(`CLUSTER#${cluster.name}`, 'INVENTORY', { complete: 'yes', number: 'one' })

  const before = await store.findInventory(cluster.name)
  await inventory()

  expect(before).toBeUndefined()
  expect(await store.findInventory(cluster.name)).toMatchObject({ complete: true })
})

it('F39 counts an approval that cannot be read as none', async () => {
  const policy = `eu-1/team/${randomUUID()}`
  const approval = {
    policy,
    uid: 'u',
    policyHash: 'h',
    hash: 'plan',
    approvedAt: at(0),
    expiresAt: at(60),
    images: 1,
    repositories: 1,
    repository: freshId(),
    expiresAtSeconds: 1e10,
    change: entryOf(randomUUID(), 0, { action: 'approved' }),
  }
  await store.saveApproval(approval, undefined)
  await broken.spoil(`APPROVALS#${policy}`, 'APPROVAL#plan', { expiresAt: 'never' })

  const listed = await store.listApprovals(policy)
  await store.saveApproval(approval, undefined)

  expect(listed).toEqual([])
  expect(await store.listApprovals(policy)).toHaveLength(1)
})

it('F39 says on a policy that its record cannot be read, and plans the others', async () => {
  const plan = createPlanFixture(store)
  await plan.synced()
  await plan.holds('a')
  await plan.holds('b')
  plan.track()
  plan.policy({ keepRecent: 2 })
  plan.policy({ keepRecent: 2 }, 'other')
  await plan.plan()
  await broken.spoil(`POLICIES#${plan.cluster.name}`, 'POLICY#team/cleanup', { runs: 'none' })
  plan.pass(120)

  await plan.plan()

  expect(plan.condition('Ready')).toMatchObject({
    status: 'False',
    reason: 'RecordUnreadable',
    message: expect.stringContaining('POLICY#team/cleanup cannot be read'),
  })
  expect(plan.condition('Ready', 'other')).toMatchObject({ status: 'True' })
  await expect(plan.record()).rejects.toThrow('expected array')
})

it('F38 shows a run that ended with a value of tomorrow, without what the API would refuse', async () => {
  const plan = createPlanFixture(store)
  await plan.synced()
  await plan.holds('a')
  plan.track()
  plan.policy({ keepRecent: 2 })
  await plan.plan()
  const { runs } = (await broken.get(`POLICIES#${plan.cluster.name}`, 'POLICY#team/cleanup')) ?? {}
  await broken.spoil(`POLICIES#${plan.cluster.name}`, 'POLICY#team/cleanup', {
    runs: [{ ...runs[0], result: 'Suspended', trigger: 'Event' }],
  })

  await plan.plan()

  const { lastRun } = plan.status() as { lastRun?: object }
  expect(lastRun).toMatchObject({ scanned: 1 })
  expect(lastRun).not.toHaveProperty('result')
  expect(await plan.record()).toMatchObject({ runs: [{ result: 'Suspended', trigger: 'Event' }] })
})

it('F39 has another entry in the place of one that cannot be read', async () => {
  const id = freshId()
  const digest = digestOf('one')
  const first = await store.saveImage(imageDraft(id, { change: entryOf(randomUUID(), 1) }), undefined)
  await store.saveImage(imageDraft(id, { change: entryOf(randomUUID(), 2) }), first)
  const sk = `${digest}#${at(1).toISOString()}#${first.change.id}`
  await broken.spoil(`AUDIT#${id}`, sk, { facts: 'none' })

  const history = await store.listHistory(id, digest)
  const changes = (await store.listChanges(at(0), at(5))).filter(one => one.repository === id)

  const standIn = { id: first.change.id, at: at(1), action: 'unreadable', digest }
  expect(history).toMatchObject([{ ...standIn, reason: expect.stringContaining(sk) }, { action: 'image-recorded' }])
  expect(changes).toMatchObject([standIn, { action: 'image-recorded' }])
})
