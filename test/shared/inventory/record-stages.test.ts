import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ImageRecord, Mark } from '../../../shared/domain/records/images.ts'
import type { RunRecord } from '../../../shared/domain/records/policies.ts'
import { takeInventory } from '../../../shared/inventory/take-inventory.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createKillPoint, KilledError } from '../../support/memory-platform.ts'
import { recordedCalls } from '../../support/recorded-calls.ts'
import { at, digestOf, entryOf, imageDraft, tagDraft } from '../../support/records.ts'
import { noEvents } from '../../support/webhook-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const digest = digestOf('one')

const markBy = (policy: string): Mark => ({
  policy,
  policyHash: 'hash',
  runId: 'run-1',
  markedAt: at(0),
  deleteAfter: at(3600),
  reason: 'not among the newest 1',
  facts: [],
})

/** One image with a tag, marked by a policy that looks again in an hour. */
const marked = (rest: Partial<ImageRecord> = {}) =>
  recorded(policy => {
    const change = entryOf(randomUUID(), 0, { action: 'marked', digest })
    return { stage: 'Cleanup', mark: markBy(policy), change, ...rest }
  })

const unmarked = (rest: Partial<ImageRecord> = {}) =>
  recorded(() => ({ change: entryOf(randomUUID(), 0, { digest }), ...rest }))

async function recorded(imageOf: (policy: string) => Partial<ImageRecord>) {
  const { store } = local
  const cluster = createMemoryCluster(`c-${randomUUID()}`)
  const repository = `registry.example.com/team/${randomUUID()}`
  const policy = `${cluster.name}/team/cleanup`
  await store.saveImage(imageDraft(repository, { digest, ...imageOf(policy) }), undefined)
  await store.saveTag(
    tagDraft(repository, { digest, change: entryOf(randomUUID(), 0, { action: 'tag-created', digest }) }),
    undefined,
  )
  await store.savePolicy(
    { id: policy, uid: 'uid', totalDeleted: 0, totalFreedBytes: 0, wakeAt: at(3600), runs: [] as RunRecord[] },
    undefined,
  )
  const take = (seconds: number, kill = createKillPoint()) =>
    takeInventory(cluster, {
      store: kill.wrap(store),
      events: noEvents,
      canonicalHost: host => host,
      canonicalPath: (_: string, path: string) => path,
      isConfigured: () => true,
      now: () => at(seconds),
    })
  const image = () => store.findImage(repository, digest)
  const history = async () =>
    (await store.listHistory(repository, digest)).map(entry => entry.action).filter(action => action !== 'tag-created')
  return { cluster, repository, policy, take, image, history }
}

it.each([
  ['tag', (repository: string) => `${repository}:v1`],
  ['digest', (repository: string) => `${repository}@${digest}`],
])(
  'F13 lifts the mark of an image the moment a workload refers to it by %s, and names the workload',
  async (_, spell) => {
    const { cluster, repository, policy, take, image } = await marked()
    cluster.run('web', spell(repository))

    await take(60)

    expect(await image()).toMatchObject({
      stage: 'Use',
      change: {
        action: 'mark-lifted',
        actor: 'inventory',
        runId: 'run-1',
        reason: `Deployment team/web in cluster ${cluster.name} refers to it`,
      },
    })
    expect(await image()).not.toHaveProperty('mark')
    expect(await local.store.findPolicy(policy)).toMatchObject({ wakeAt: at(60) })
  },
)

it('leaves the mark of an image that nothing refers to any more', async () => {
  const { cluster, repository, take, image } = await marked()
  cluster.run('web', `${repository}:v2`)
  await take(60)
  cluster.workloads.length = 0

  await take(120)

  expect(await image()).toMatchObject({ stage: 'Cleanup', mark: { runId: 'run-1' } })
})

it('leaves a deletion that is under way to the execution, and lifts the mark of one that never ended', async () => {
  const deletion = { runId: 'run-1', startedAt: at(0), tags: ['v1'] }
  const { cluster, repository, take, image } = await marked({ deletion })
  cluster.run('web', `${repository}:v1`)

  await take(60)
  expect(await image()).toHaveProperty('mark')
  cluster.workloads.length = 0
  await take(901)
  cluster.run('web', `${repository}:v1`)
  await take(960)

  expect(await image()).not.toHaveProperty('mark')
  expect(await image()).not.toHaveProperty('deletion')
})

it('tells by the action whether an image came into use or went out of it', async () => {
  const { cluster, repository, take, history, image } = await unmarked()
  cluster.run('web', `${repository}:v1`)
  await take(60)
  expect(await image()).toMatchObject({ stage: 'Use', change: { action: 'used' } })
  cluster.workloads.length = 0

  await take(120)

  expect(await image()).toMatchObject({ stage: 'Maintenance', change: { action: 'unused' } })
  expect(await history()).toEqual(['image-recorded', 'used', 'unused'])
})

it('leaves an image that is gone as the sweep left it, which is how its signatures are known to follow it', async () => {
  const change = entryOf(randomUUID(), 1, { action: 'deleted', actor: 'policy eu-1/team/cleanup', digest })
  const { cluster, repository, take, image } = await unmarked({ goneAt: at(1), change })
  cluster.run('web', `${repository}@${digest}`)

  await take(60)

  expect(await image()).toMatchObject({ change, stage: 'Introduction' })
})

it('moves a record that an earlier version left in Cleanup without a mark', async () => {
  const { cluster, repository, take, image } = await unmarked({ stage: 'Cleanup' })
  cluster.run('web', `${repository}:v1`)

  await take(60)

  expect(await image()).toMatchObject({ stage: 'Use' })
})

it('F13 loses no mark and no entry when it is killed after any call', async () => {
  for (let last = 1; ; last++) {
    const { cluster, repository, take, image, history } = await marked()
    cluster.run('web', `${repository}:v1`)

    const wasKilled = await take(60, createKillPoint(last)).then(
      () => false,
      error => error instanceof KilledError,
    )
    await take(120)

    expect(await image(), `killed after call ${last}`).not.toHaveProperty('mark')
    expect(await history(), `killed after call ${last}`).toEqual(['marked', 'mark-lifted'])
    if (!wasKilled) break
  }
})

it('reads of a repository the tags that workloads name, and no list of all', async () => {
  const { cluster, repository, image } = await unmarked()
  const { recorded: store, calls } = recordedCalls(local.store)
  cluster.run('web', `${repository}:v1`)

  await takeInventory(cluster, {
    store,
    events: noEvents,
    canonicalHost: host => host,
    canonicalPath: (_: string, path: string) => path,
    isConfigured: () => true,
    now: () => at(60),
  })

  expect(await image()).toMatchObject({ stage: 'Use' })
  expect(calls).not.toContain('listTags')
})
