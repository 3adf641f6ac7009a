import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { Blob } from '../../../../shared/domain/image.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import type { RegistryWriter } from '../../../../shared/ports/registry.ts'
import { type Loopback, pathOf, startLoopback } from '../../../support/loopback.ts'
import { readManifest } from '../../../support/readable.ts'
import { createRestoreFixture } from '../../../support/restore-fixture.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const hour = 3_600_000

/** `v1` is to go and `v2` to stay, under a policy that archives layers. */
async function ripe({ writer = world.writer, spec = {} }: { writer?: RegistryWriter; spec?: object } = {}) {
  const sweep = createSweepFixture({ ...world, writer })
  sweep.policy({ archive: 'layers', ...spec })
  sweep.trackWhole()
  const old = await sweep.release('v1')
  const digest = old.digest as Digest
  const blobs = await blobsOf(sweep.path, digest)
  await sweep.release('v2')
  world.requests.length = 0
  return { sweep, digest, blobs }
}

const blobsOf = async (path: string, digest: Digest) =>
  ((await readManifest(world.reader, path, digest)).blobs ?? []).map(blob => blob.digest)
const blobReads = () => world.requests.filter(({ method, path }) => method === 'GET' && path.includes('/blobs/'))
const failedItem = (message: string) => [{ action: 'Failed', message: expect.stringContaining(message) }]
const itemsOf = (sweep: { status: () => unknown }) =>
  (sweep.status() as { lastRun?: { items?: unknown } }).lastRun?.items

describe('a policy that archives layers', () => {
  it('has the config and all layers of an image in the archive before it is noted or deleted', async () => {
    const { sweep, digest, blobs } = await ripe()
    let before: readonly string[] = []
    sweep.moments.before('putManifest', () => {
      before = [...sweep.layers.blobs.keys()]
    })

    await sweep.sweep()

    expect(blobs).toHaveLength(2)
    expect(before.toSorted()).toEqual(blobs.toSorted())
    expect(await sweep.holds(digest)).toBe(false)
  })

  it('reads each blob once, though many images need it', async () => {
    const sweep = createSweepFixture(world)
    sweep.policy({ archive: 'layers' })
    sweep.trackWhole()
    for (const tag of ['v1', 'v2', 'v3']) {
      await world.push({ repository: sweep.path, tag, files: { shared: sweep.path }, labels: { tag } })
      await sweep.sync()
    }
    sweep.pass(3600)
    await sweep.release('v4')
    world.requests.length = 0

    await sweep.sweep()

    expect(await sweep.listTags()).toEqual(['v4'])
    // Three configs, and the layer that they share.
    expect(blobReads()).toHaveLength(4)
    expect(sweep.layers.blobs.size).toBe(4)
  })

  it('copies nothing of an image that loses some of its tags only', async () => {
    const sweep = createSweepFixture(world)
    sweep.policy({ archive: 'layers' })
    for (const tag of ['v1', 'v2']) sweep.track(tag)
    const image = { repository: sweep.path, seed: sweep.path }
    const { digest } = await world.push({ ...image, tag: 'v1' })
    await world.push({ ...image, tag: 'untracked' })
    await sweep.sync()
    sweep.pass(3600)
    await sweep.release('v2')
    world.requests.length = 0

    await sweep.sweep()

    expect(await sweep.listTags()).toEqual(['untracked', 'v2'])
    expect(await sweep.holds(digest as Digest)).toBe(true)
    expect(blobReads()).toEqual([])
  })

  it('leaves layers out that registries need not hold', async () => {
    const fixture = createRestoreFixture(world)
    fixture.policy({ archive: 'layers' })
    const foreign: Digest = `sha256:${'f'.repeat(64)}`
    const digest = await fixture.pushWithForeignLayer('v1', foreign)
    fixture.trackWhole()
    await fixture.release('v2')

    await fixture.sweep()

    expect(await fixture.holds(digest)).toBe(false)
    expect(fixture.layers.blobs.size).toBe(2)
  })
})

it('a policy that does not say so copies no layer', async () => {
  const { sweep, digest } = await ripe({ spec: { archive: 'manifests' } })

  await sweep.sweep()

  expect(await sweep.holds(digest)).toBe(false)
  expect(blobReads()).toEqual([])
  expect(sweep.layers.blobs.size).toBe(0)
})

describe('an image stays', () => {
  it('B17 whose layer the registry hands out with other bytes', async () => {
    const { sweep, digest, blobs } = await ripe()
    world.intercept(request =>
      request.method === 'GET' && pathOf(request).endsWith(String(blobs[1])) ? new Response('other bytes') : undefined,
    )

    await sweep.sweep()
    world.intercept(undefined)

    expect(await sweep.holds(digest)).toBe(true)
    expect(sweep.layers.blobs.has(blobs[1] as Digest)).toBe(false)
    expect(itemsOf(sweep)).toMatchObject(failedItem('hash to'))
  })

  it('F17 whose layer the registry does not hand out', async () => {
    const { sweep, digest, blobs } = await ripe()
    world.intercept(request =>
      request.method === 'GET' && pathOf(request).endsWith(String(blobs[0]))
        ? new Response('', { status: 500 })
        : undefined,
    )

    await sweep.sweep()
    world.intercept(undefined)

    expect(await sweep.holds(digest)).toBe(true)
    expect(itemsOf(sweep)).toMatchObject(failedItem('500'))
  })

  it('whose layer the archive does not take, and the run says why', async () => {
    const { sweep, digest } = await ripe()
    sweep.moments.before('putBlob', () => {
      throw new UnavailableError('archive: blobs could not be written: AccessDenied', { kind: 'server' })
    })

    await sweep.sweep()

    expect(await sweep.holds(digest)).toBe(true)
    expect(itemsOf(sweep)).toMatchObject(failedItem('AccessDenied'))
  })

  it('of which the registry says both that it has a layer and that it has not', async () => {
    const { sweep, digest, blobs } = await ripe()
    world.intercept(request =>
      request.method === 'GET' && pathOf(request).endsWith(String(blobs[1]))
        ? Response.json({ errors: [{ code: 'BLOB_UNKNOWN' }] }, { status: 404 })
        : undefined,
    )

    await sweep.sweep()
    world.intercept(undefined)

    expect(await sweep.holds(digest)).toBe(true)
  })
})

it('deletes an image of which the registry has a layer no more, and says so in the run', async () => {
  const { sweep, digest, blobs } = await ripe()
  world.intercept(request =>
    pathOf(request).endsWith(String(blobs[1]))
      ? Response.json({ errors: [{ code: 'BLOB_UNKNOWN' }] }, { status: 404 })
      : undefined,
  )

  await sweep.sweep()
  world.intercept(undefined)

  expect(await sweep.holds(digest)).toBe(false)
  expect([...sweep.layers.blobs.keys()]).toEqual([blobs[0]])
  expect(itemsOf(sweep)).toMatchObject([
    { action: 'Deleted', message: expect.stringContaining('archived without 1 blob that the registry had no more') },
  ])
})

describe('the time of an invocation', () => {
  it('that is over leaves what is not archived to the next one, which copies no blob again', async () => {
    const { sweep, digest, blobs } = await ripe()
    const request = await sweep.ripen()
    let leftMs = hour
    const other = Promise.withResolvers<void>()
    sweep.moments.before('putBlob', async blob => {
      if ((blob as Blob).digest === blobs[1]) await other.promise
      leftMs = (blob as Blob).digest === blobs[1] ? hour / 3 : leftMs
    })
    const copied = () => sweep.layers.blobs.size
    const putBlob = sweep.layers.putBlob
    sweep.layers.putBlob = async (blob, chunks) => {
      await putBlob(blob, chunks)
      other.resolve()
    }

    const first = await sweep.execute(request, undefined, { remainingMs: () => leftMs })
    const held = await sweep.holds(digest)
    const copiedFirst = copied()
    leftMs = hour
    sweep.moments.before('putBlob', () => undefined)
    world.requests.length = 0
    await sweep.execute(request, undefined, { remainingMs: () => leftMs })

    expect(first.message).toContain('1 wait until there is time to archive their layers')
    expect([held, copiedFirst]).toEqual([true, 1])
    expect(await sweep.holds(digest)).toBe(false)
    expect(blobReads()).toHaveLength(blobs.length - 1)
  })

  it('ends where the kill switch is turned while a layer is copied', async () => {
    const { sweep, digest } = await ripe()
    const request = await sweep.ripen()
    sweep.moments.onceBefore('readBlob', () => {
      sweep.killSwitch.on = true
      sweep.pass(5)
    })

    const { message } = await sweep.execute(request)

    expect(message).toContain('kill switch')
    expect(await sweep.holds(digest)).toBe(true)
    expect((await sweep.image(digest))?.mark).toBeDefined()
  })
})

it('I29 keeps an index with which the registry would delete a child whose layers wait for the next invocation', async () => {
  const goesWithIndex = { factsOf: () => ({ untagged: 'goes-with-index' as const }) }
  const sweep = createSweepFixture(world, undefined, [], goesWithIndex)
  sweep.policy({ archive: 'layers' })
  sweep.trackWhole()
  const index = await sweep.release('v1', { platforms: ['linux/amd64', 'linux/arm64'] })
  await sweep.release('v2')
  const request = await sweep.ripen()
  let leftMs = hour
  sweep.moments.before('readBlob', () => {
    leftMs = hour / 3
  })

  const { message } = await sweep.execute(request, undefined, { remainingMs: () => leftMs })
  const held = await Promise.all([index, ...index.children].map(one => sweep.holds(one.digest as Digest)))
  leftMs = hour
  sweep.moments.before('readBlob', () => undefined)
  await sweep.execute(request, undefined, { remainingMs: () => leftMs })

  expect(message).toContain('2 wait until there is time to archive their layers')
  expect(held).toEqual([true, true, true])
  expect(await sweep.listTags()).toEqual(['v2'])
})
