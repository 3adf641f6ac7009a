import { readFile } from 'node:fs/promises'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import type { ArchivedManifest } from '../../../shared/ports/platform.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture, policySpec } from '../../support/sweep-fixture.ts'

/*
 * The fixture is the table of commit 6e1a4d3, written by its own code: `git archive 6e1a4d3` into an empty folder, there a
 * test with its `createSweepFixture` on one `startLoopback`, a scan of all items, and the registry's host replaced by
 * registry.example.com. Three repositories, each with a cluster and a policy `cleanup` of its own:
 *
 * - `team/done` in eu-own-1: two tags, and a sweep that deleted one of them;
 * - `team/marked` in eu-own-2: three tags, grace 1h; `v1` is marked, `v2` was used by a Deployment until just now;
 * - `team/half` in eu-own-3: three tags; the execution of `v1` and `v2` was killed after the first delete of a manifest.
 */
const items = z.array(z.looseObject({ pk: z.string(), sk: z.string() }))

const fixture = new URL('../../fixtures/table-6e1a4d3.json', import.meta.url)

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
  const text = await readFile(fixture, 'utf8')
  const table = DynamoDBDocument.from(world.table.client)
  for (const Item of items.parse(JSON.parse(text.replaceAll('registry.example.com', world.host))))
    await table.put({ TableName: world.table.tableName, Item })
})
afterAll(() => world.close())

/** When the table was dumped, in seconds after the tests' first moment. */
const dumpedAt = { done: 2 * 3600 + 8 * 60, marked: 3 * 3600 + 4 * 60, half: 3 * 3600 + 4 * 60 }
const clusters = { done: 'eu-own-1', marked: 'eu-own-2', half: 'eu-own-3' }

/** The installation of today, where the one of then left off. What no credential has read is synced before it is swept. */
async function goOn(name: keyof typeof clusters, tags: readonly string[], spec: object = {}) {
  const sweep = createSweepFixture({ ...world, freshPath: () => `team/${name}` }, [createMemoryCluster(clusters[name])])
  const id = `${clusters[name]}/team/cleanup`
  const record = await world.store.findPolicy(id)
  sweep.pass(dumpedAt[name])
  const pushed = new Map<string, Awaited<ReturnType<Loopback['push']>>>()
  for (const tag of tags) pushed.set(tag, await world.push({ repository: `team/${name}`, tag, seed: `${name}-${tag}` }))
  sweep.trackWhole()
  sweep.cluster.put('ImageCleanupPolicy', 'cleanup', { ...policySpec, ...spec }, { uid: String(record?.uid) })
  return {
    ...sweep,
    digest: (tag: string) => pushed.get(tag)?.digest ?? 'sha256:',
    policyRecord: () => world.store.findPolicy(id),
    historyOf: async (digest: string) =>
      (await world.store.listHistory(sweep.repository, digest as never)).map(entry => entry.action),
  }
}

/** What was deleted then had been archived before, where the table does not tell. */
const archivedThen = (repository: string, digest: string): ArchivedManifest => ({
  repository,
  digest,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  bytes: new Uint8Array(),
  graph: { tags: [], children: [], referrers: [], objects: [] },
})

it('F40 reads every record, and repeats no run that ended', async () => {
  const { sync, sweep, policyRecord, listTags } = await goOn('done', ['v2'])
  const before = await policyRecord()

  await sync()
  await sweep()

  expect(await listTags()).toEqual(['v2'])
  expect((await policyRecord())?.runs).toEqual(before?.runs)
})

it('F40 shows the history of what was deleted then', async () => {
  const { historyOf, repository } = await goOn('done', ['v2'])
  const [gone] = (await world.store.listImages(repository)).filter(image => image.goneAt !== undefined)

  const told = await historyOf(gone?.digest ?? '')

  // What happened in one moment stands in the order of random ids.
  expect([...new Set(told)].sort()).toEqual(['deleted', 'deletion-started', 'image-recorded', 'marked', 'tag-created'])
})

it('F40 lets marks mature, with a grace in which somebody can still save the image', async () => {
  const marked = await goOn('marked', ['v1', 'v2', 'v3'], { gracePeriod: '1h' })

  await marked.sync()
  await marked.sweep(1)
  const [early, mark] = [await marked.listTags(), (await marked.image(marked.digest('v1') as never))?.mark]
  await marked.sweep(40)

  expect(early).toEqual(['v1', 'v2', 'v3'])
  expect(mark).toMatchObject({ policy: 'eu-own-2/team/cleanup' })
  expect(await marked.listTags()).toEqual(['v3'])
  expect((await marked.policyRecord())?.runs).toHaveLength(1)
})

it('F40 finishes a sweep that was killed half done, in the same run', async () => {
  const half = await goOn('half', ['v1', 'v2', 'v3'])
  await half.archive.putManifest(archivedThen(half.repository, half.digest('v1')))
  await world.remove('team/half', half.digest('v1'))

  await half.sync()
  await half.sweep(10)

  expect(await half.listTags()).toEqual(['v3'])
  const { runs = [], totalDeleted } = (await half.policyRecord()) ?? {}
  expect(runs.map(run => [run.runId, run.result])).toEqual([['manual-3', 'Success']])
  expect(totalDeleted).toBe(2)
  expect((await half.historyOf(half.digest('v2'))).at(-1)).toBe('deleted')
})
