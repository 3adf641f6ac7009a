import { afterAll, beforeAll, expect, it } from 'vitest'
import { digestOf } from '../../../shared/adapters/registry/manifest.ts'
import { ociIndex, ociManifest } from '../../../shared/adapters/registry/media-types.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import type { RestoredItem } from '../../../shared/restore/restore-outcome.ts'
import { type Loopback, signatureTag, startLoopback } from '../../support/loopback.ts'
import { createRestoreFixture, summaryOf, sweptSigned } from '../../support/restore-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const outcomeOf = (things: readonly RestoredItem[], name: string) => things.find(thing => thing.name === name)

it('says after the garbage collection which blobs of which manifest are gone, and puts nothing half back', async () => {
  const { fixture, index, amd64, arm64, sbom } = await sweptSigned(world)
  const blobs = fixture.archivedBlobs(amd64)
  await world.collectGarbage()

  const things = await fixture.restore(':v1')

  const [config, layer] = blobs
  expect(outcomeOf(things, amd64)).toEqual({
    kind: 'manifest',
    name: amd64,
    sizeBytes: expect.any(Number),
    digest: amd64,
    outcome: 'missing',
    reason: `config ${config?.digest} (${config?.sizeBytes} bytes) was collected; layer ${layer?.digest} (${layer?.sizeBytes} bytes) was collected`,
    gone: [
      { ...config, kind: 'config' },
      { ...layer, kind: 'layer' },
    ],
  })
  expect(outcomeOf(things, index)?.reason).toBe(
    `its child ${amd64} could not be put back, and registries refuse an index without it`,
  )
  expect(outcomeOf(things, sbom)?.outcome).toBe('missing')
  expect(things.every(thing => thing.outcome === 'missing')).toBe(true)
  expect(things.map(thing => thing.name)).toEqual(expect.arrayContaining([arm64, 'v1', 'v1.0', signatureTag(index)]))
  expect(await fixture.tags()).toEqual(['v2'])
  expect(fixture.cluster.get('Repository', 'app-v1')).toBeUndefined()
  expect((await fixture.image(index))?.goneAt).toBeDefined()
})

it('puts back a complete child of an index whose other child was collected', async () => {
  const { fixture, index, amd64, arm64 } = await sweptSigned(world)
  await fixture.protectBlobs(arm64)
  await world.collectGarbage()

  const things = await fixture.restore(':v1')

  expect(outcomeOf(things, amd64)?.outcome).toBe('missing')
  expect(outcomeOf(things, arm64)?.outcome).toBe('restored')
  expect(outcomeOf(things, index)?.outcome).toBe('missing')
  expect(outcomeOf(things, 'v1')).toMatchObject({ outcome: 'missing', reason: 'its image is not there' })
  expect(await fixture.holds(arm64)).toBe(true)
  expect(await fixture.tags()).toEqual(['v2'])
})

it('needs only what is gone: a layer that another image shares stayed', async () => {
  const fixture = createRestoreFixture(world)
  fixture.policy()
  const files = { 'shared.txt': fixture.path }
  const { digest } = await world.push({ repository: fixture.path, tag: 'v1', files, labels: { version: '1' } })
  await world.push({ repository: fixture.path, tag: 'v2', files, labels: { version: '2' } })
  fixture.trackWhole()
  await fixture.release('v2', { seed: 'newest' })
  await world.push({ repository: world.freshPath(), tag: 'v1', files })
  await fixture.sweep()
  await world.collectGarbage()

  const things = await fixture.restore(':v1')

  expect(things[0]).toMatchObject({ name: digest, outcome: 'missing', gone: [{ kind: 'config' }] })
  expect(things[0]?.gone).toHaveLength(1)
})

it('does not count a layer as gone that lies elsewhere by design', async () => {
  const fixture = createRestoreFixture(world)
  fixture.policy()
  const foreign: Digest = `sha256:${'f'.repeat(64)}`
  const digest = await fixture.pushWithForeignLayer('v1', foreign)
  fixture.trackWhole()
  await fixture.release('v2')
  await fixture.sweep()

  const things = await fixture.restore(':v1')

  expect(summaryOf(things)).toEqual([`restored manifest ${digest}`, 'restored tag v1'])
})

it('takes the word of a registry that refuses although every blob seemed there', async () => {
  const { fixture, amd64 } = await sweptSigned(world)
  await world.collectGarbage()

  const things = await fixture.restore(':v1', { writer: { ...world.writer, hasBlob: async () => true } })

  expect(outcomeOf(things, amd64)).toMatchObject({
    outcome: 'missing',
    reason: expect.stringContaining('MANIFEST_BLOB'),
  })
  expect(await fixture.tags()).toEqual(['v2'])
})

it('B17 refuses archived bytes that hash to another digest', async () => {
  const { fixture, amd64, arm64 } = await sweptSigned(world)
  const [one, other] = [fixture.archive.entries.get(amd64), fixture.archive.entries.get(arm64)]
  if (!one || !other) throw new Error('expected both children in the archive')
  fixture.archive.entries.set(amd64, { ...one, bytes: other.bytes })

  const things = await fixture.restore(`@${amd64}`)

  expect(things).toMatchObject([{ outcome: 'missing', reason: expect.stringContaining(arm64) }])
  expect(await fixture.holds(amd64)).toBe(false)
})

it('F17 tells what a registry did not answer from what is gone, and finishes the next time', async () => {
  const { fixture, index } = await sweptSigned(world)
  world.intercept(request =>
    request.method === 'PUT' && request.url.endsWith(index) ? new Response('', { status: 503 }) : undefined,
  )
  const first = await fixture.restore(':v1')
  world.intercept(undefined)

  const second = await fixture.restore(':v1')

  expect(outcomeOf(first, index)?.outcome).toBe('failed')
  expect(outcomeOf(first, 'v1')?.outcome).toBe('failed')
  expect(second.every(thing => thing.outcome === 'restored' || thing.outcome === 'present')).toBe(true)
  expect(await fixture.tag('v1')).toBe(index)
})

it('puts back an index that had left a child out by design, where the registry takes it', async () => {
  const fixture = createRestoreFixture(world)
  const { digest, bytes, mediaType } = indexOf([`sha256:${'e'.repeat(64)}`])
  const graph = { tags: ['v1'], children: [], referrers: [], objects: [] }
  await fixture.archive.putManifest({ repository: fixture.repository, digest, mediaType, bytes, graph })
  const pushed: string[] = []
  const putManifest = async (_: string, reference: string) => void pushed.push(reference)

  const things = await fixture.restore(`@${digest}`, { writer: { ...world.writer, putManifest } })

  expect(summaryOf(things)).toEqual([`restored manifest ${digest}`, 'restored tag v1'])
  expect(pushed).toEqual([digest, 'v1'])
})

function indexOf(children: readonly Digest[]) {
  const manifests = children.map(digest => ({ mediaType: ociManifest, digest, size: 1 }))
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }))
  return { digest: digestOf(bytes), bytes, mediaType: ociIndex }
}
