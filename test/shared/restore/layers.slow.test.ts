import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { readManifest } from '../../support/readable.ts'
import { createRestoreFixture, type RestoreFixture, sweptSigned } from '../../support/restore-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const layers = { archive: 'layers' }
const uploads = () => world.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/blobs/uploads/'))

/** The bytes of manifests and of all that they need, as the registry hands them out. */
async function contentOf({ path }: RestoreFixture, digests: readonly Digest[]): Promise<ReadonlyMap<string, string>> {
  const content = new Map<string, string>()
  for (const digest of digests) {
    const { bytes, blobs = [] } = await readManifest(world.reader, path, digest)
    content.set(digest, Buffer.from(bytes).toString('base64'))
    for (const blob of blobs) {
      const read = await world.writer.readBlob(path, blob, buffer)
      content.set(blob.digest, read?.value.toString('base64') ?? 'gone')
    }
  }
  return content
}

it('brings images back bit for bit after the registry has collected their layers', async () => {
  const fixture = createRestoreFixture(world)
  fixture.policy(layers)
  const { index, amd64, arm64, signature, sbom } = await fixture.releaseSigned()
  const all = [index, amd64, arm64, signature, sbom]
  const before = await contentOf(fixture, all)
  await fixture.sweep()
  await world.collectGarbage()
  for (const digest of fixture.archivedBlobs(amd64))
    expect(await world.writer.hasBlob(fixture.path, digest.digest)).toBe(false)

  const things = await fixture.restore(':v1')

  expect(new Set(things.map(thing => thing.outcome))).toEqual(new Set(['restored']))
  expect(await contentOf(fixture, all)).toEqual(before)
  expect(things.find(thing => thing.name === amd64)?.uploaded).toHaveLength(2)
})

it('says on a dry run what would be uploaded and until when the archive has it, and changes nothing', async () => {
  const { fixture, amd64 } = await sweptSigned(world, layers)
  await world.collectGarbage()
  world.requests.length = 0

  const things = await fixture.restore(':v1', { dryRun: true })

  const child = things.find(thing => thing.name === amd64)
  expect(child?.uploaded).toEqual(fixture.archivedBlobs(amd64).map(blob => expect.objectContaining(blob)))
  expect(child?.archivedUntil).toEqual(new Date(fixture.now().getTime() + 30 * 24 * 3600 * 1000))
  expect(world.requests.filter(one => one.method !== 'GET' && one.method !== 'HEAD')).toEqual([])
})

it('uploads what the registry lacks and nothing else, each blob once', async () => {
  const fixture = createRestoreFixture(world)
  fixture.policy(layers)
  for (const tag of ['v1', 'v2'])
    await world.push({ repository: fixture.path, tag, files: { shared: fixture.path }, labels: { tag } })
  fixture.trackWhole()
  await fixture.release('v3')
  await fixture.sweep()
  expect(await fixture.tags()).toEqual(['v3'])
  await world.collectGarbage()
  world.requests.length = 0

  const [one, other] = [await fixture.find(':v1'), await fixture.find(':v2')]
  const whole = await fixture.restoreTarget({ ...one, roots: [...one.roots, ...other.roots] })

  expect(whole.every(thing => thing.outcome === 'restored')).toBe(true)
  // Two configs, and the layer that both share.
  expect(uploads()).toHaveLength(3)
  world.requests.length = 0
  await fixture.restore(':v1')
  expect(uploads()).toEqual([])
})

it('needs no upload while the registry has the layers', async () => {
  const { fixture, amd64 } = await sweptSigned(world, layers)
  world.requests.length = 0

  const things = await fixture.restore(':v1')

  expect(uploads()).toEqual([])
  expect(things.find(thing => thing.name === amd64)).not.toHaveProperty('uploaded')
  expect(things.find(thing => thing.name === amd64)?.archivedUntil).toBeDefined()
})

it('says what is gone for good where the archive lacks it too, and puts nothing half back', async () => {
  const { fixture, amd64, index } = await sweptSigned(world, layers)
  await world.collectGarbage()
  const [config, layer] = fixture.archivedBlobs(amd64)
  fixture.layers.blobs.delete(layer?.digest as Digest)
  world.requests.length = 0

  const things = await fixture.restore(':v1')

  const child = things.find(thing => thing.name === amd64)
  expect(child).toMatchObject({ outcome: 'missing', gone: [{ ...layer, kind: 'layer' }] })
  expect(child).not.toHaveProperty('archivedUntil')
  expect(things.find(thing => thing.name === index)?.outcome).toBe('missing')
  expect(await world.writer.hasBlob(fixture.path, config?.digest as Digest)).toBe(false)
})

/** Bytes of one blob that another team has in the archive, and a repository that names it and never held it. */
async function withForeignLayer(spec: object) {
  const fixture = createRestoreFixture(world)
  fixture.policy(spec)
  const { digest } = await fixture.release('v1')
  fixture.trackWhole()
  const { blobs = [], config } = await readManifest(world.reader, fixture.path, digest as Digest)
  const secret = blobs.find(blob => blob.digest !== config)
  if (!secret) throw new Error('expected a layer')
  const bytes = await world.writer.readBlob(fixture.path, secret, buffer)
  fixture.layers.blobs.set(secret.digest, bytes?.value ?? Buffer.alloc(0))
  // As a registry answers that takes a manifest without its layers.
  world.intercept(request =>
    request.method !== 'PUT' && request.url.includes(`${fixture.path}/blobs/${secret.digest}`)
      ? new Response(null, { status: 404 })
      : undefined,
  )
  await fixture.release('v2')
  await fixture.sweep()
  await world.collectGarbage()
  world.requests.length = 0
  return { fixture, digest: digest as Digest, secret }
}

it.each([
  ['with its layers', layers],
  ['without', {}],
])(
  'T13 gives nobody a layer that is archived of another, by an image that names it and was archived %s',
  async (_, spec) => {
    const { fixture, digest, secret } = await withForeignLayer(spec)

    const things = await fixture.restore(':v1')
    world.intercept(undefined)

    expect(things.find(thing => thing.name === digest)).toMatchObject({
      outcome: 'missing',
      gone: expect.arrayContaining([expect.objectContaining({ digest: secret.digest })]),
    })
    expect(uploads()).toEqual([])
  },
)

it('brings back by the layers in the archive what a version before archived, which does not say whose they are', async () => {
  const { fixture, amd64 } = await sweptSigned(world, layers)
  for (const [key, entry] of fixture.archive.entries) {
    const { heldBlobs: _, ...graph } = entry.graph
    fixture.archive.entries.set(key, { ...entry, graph })
  }
  await world.collectGarbage()

  const things = await fixture.restore(':v1')

  expect(things.find(thing => thing.name === amd64)).toMatchObject({ outcome: 'restored' })
})

it('B17 puts nothing back on archived bytes that are others', async () => {
  const { fixture, amd64 } = await sweptSigned(world, layers)
  await world.collectGarbage()
  const [, layer] = fixture.archivedBlobs(amd64)
  fixture.layers.blobs.set(layer?.digest as Digest, Buffer.alloc(layer?.sizeBytes ?? 0, 'x'))

  const things = await fixture.restore(`@${amd64}`)

  expect(things[0]).toMatchObject({
    name: amd64,
    outcome: 'missing',
    reason: expect.stringContaining('DIGEST_INVALID'),
  })
  expect(await fixture.holds(amd64)).toBe(false)
})

it('F17 finishes the next time what a registry did not take', async () => {
  const { fixture, amd64 } = await sweptSigned(world, layers)
  await world.collectGarbage()
  world.intercept(request =>
    request.method === 'PUT' && request.url.includes('/blobs/uploads/') ? new Response('', { status: 503 }) : undefined,
  )
  const first = await fixture.restore(':v1')
  world.intercept(undefined)

  const second = await fixture.restore(':v1')

  expect(first.find(thing => thing.name === amd64)?.outcome).toBe('failed')
  expect(second.every(thing => thing.outcome === 'restored' || thing.outcome === 'present')).toBe(true)
})
