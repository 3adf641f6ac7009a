import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RegistryPushClient } from '../../../cli/embedded/registry/registry-push-client.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { always, isManifest } from '../../support/registry-faults.ts'
import type { FaultyAnswer } from '../../support/registry-proxy.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { aboutToDelete, newCluster } from './about-to-delete.ts'

let world: FaultyLoopback
beforeAll(async () => {
  world = await startFaultyLoopback()
})
afterAll(() => world.close())

const ociIndex = 'application/vnd.oci.image.index.v1+json'
const ociManifest = 'application/vnd.oci.image.manifest.v1+json'

interface Listed {
  readonly digest: Digest
  readonly mediaType: string
  readonly size: number
}

const digestOf = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`

const indexOf = (manifests: readonly Listed[]): Listed & { text: string } => {
  const text = JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests })
  return { text, digest: digestOf(text), mediaType: ociIndex, size: text.length }
}

const listed = ({ digest, mediaType, size }: Listed): Listed => ({ digest, mediaType, size })

async function putIndex(path: string, tag: string, manifests: readonly Listed[]): Promise<Listed> {
  const index = indexOf(manifests.map(listed))
  await new RegistryPushClient(world.proxy.url, path).pushManifest(tag, ociIndex, Buffer.from(index.text))
  return index
}

describe('indexes of odd shapes', () => {
  it('B16 an index five levels deep keeps its leaf while it stays, and goes whole when it goes', async () => {
    const sweep = createSweepFixture(world, [newCluster()])
    sweep.policy()
    sweep.trackWhole()
    const towers = []
    for (const tag of ['v1', 'v2']) {
      const leaf = await world.push({ repository: sweep.path, seed: tag })
      const levels: Listed[] = [leaf]
      for (let level = 1; level <= 5; level++)
        levels.push(
          await putIndex(sweep.path, level === 5 ? tag : `${tag}-level-${level}`, [levels[level - 1] ?? leaf]),
        )
      for (let level = 1; level < 5; level++) await world.remove(sweep.path, `${tag}-level-${level}`)
      towers.push(levels)
      await sweep.sync()
      sweep.pass(3600)
    }

    await sweep.sweep(8)

    const [old = [], kept = []] = towers
    for (const { digest } of old) expect(await sweep.holds(digest)).toBe(false)
    for (const { digest } of kept) expect(await sweep.holds(digest)).toBe(true)
  })

  it('B16 an index that lists one child a thousand times deletes and keeps it once', async () => {
    const sweep = createSweepFixture(world, [newCluster()])
    sweep.policy()
    sweep.trackWhole()
    const old = await world.push({ repository: sweep.path, seed: 'old' })
    const child = await world.push({ repository: sweep.path, seed: 'child' })
    await putIndex(
      sweep.path,
      'v1',
      Array.from({ length: 1000 }, () => old),
    )
    await putIndex(
      sweep.path,
      'v2',
      Array.from({ length: 1000 }, () => child),
    )
    await sweep.sync()
    sweep.pass(3600)

    await sweep.sweep(6)

    expect(await sweep.holds(old.digest)).toBe(false)
    expect(await sweep.holds(child.digest)).toBe(true)
  })

  it('B16 an index of which somebody deleted a child keeps the rest, and the one to delete goes all the same', async () => {
    const sweep = createSweepFixture(world, [newCluster()])
    sweep.policy()
    sweep.trackWhole()
    const platforms = ['linux/amd64', 'linux/arm64', 'linux/s390x']
    const [old, kept] = [
      await world.push({ repository: sweep.path, tag: 'v1', platforms }),
      await world.push({ repository: sweep.path, tag: 'v2', platforms }),
    ]
    for (const image of [old, kept]) await world.remove(sweep.path, image.children[1]?.digest ?? '')
    await sweep.sync()
    sweep.pass(3600)

    await sweep.sweep(6)

    expect(await sweep.tag('v2')).toBe(kept.digest)
    for (const at of [0, 2]) expect(await sweep.holds(kept.children[at]?.digest ?? kept.digest)).toBe(true)
    for (const { digest } of [old, ...old.children]) expect(await sweep.holds(digest)).toBe(false)
  })

  it('B16 an index with thousands of children that nobody holds is read once, and kept or deleted like any other', async () => {
    const sweep = createSweepFixture(world, [newCluster()])
    sweep.policy()
    sweep.trackWhole()
    const phantoms = Array.from({ length: 1_000 }, (_, at) => ({
      digest: digestOf(`phantom ${at}`),
      mediaType: ociManifest,
      size: 1,
    }))
    const sparse = indexOf(phantoms)
    const kept = await sweep.release('v2')
    const placeholder = await sweep.release('v1')
    // No registry here takes an index without its children; a mirror that holds one platform serves such a one.
    const served = (tag: string): FaultyAnswer => ({
      kind: 'answer',
      status: 200,
      headers: { 'content-type': ociIndex, 'docker-content-digest': sparse.digest, 'x-tag': tag },
      body: sparse.text,
    })
    const faults = ['v3', sparse.digest].map(reference =>
      ['GET', 'HEAD'].map(method =>
        world.proxy.inject(always(isManifest(method, sweep.path, reference), served(reference))),
      ),
    )
    const list = world.proxy.inject(
      always(request => request.path.startsWith(`/v2/${sweep.path}/tags/list`), {
        kind: 'rewrite',
        rewrite: body => JSON.stringify({ ...JSON.parse(body), tags: [...JSON.parse(body).tags, 'v3'] }),
      }),
    )

    const outcome = await sweep.sync()
    const again = world.proxy.requests.length
    await sweep.sync()
    const costOfSecond = world.proxy.requests.length - again
    sweep.pass(3600)
    await sweep.sweep()
    for (const undo of [...faults.flat(), list]) undo()

    expect(outcome).toMatchObject({ outcome: 'synced' })
    expect(costOfSecond).toBeLessThan(20)
    expect(await sweep.image(sparse.digest)).toMatchObject({ children: phantoms.map(({ digest }) => digest) })
    expect(await sweep.holds(placeholder.digest)).toBe(false)
    expect(await sweep.holds(kept.digest)).toBe(false)
  }, 60_000)
})

/** What a registry, or somebody between it and us, says in the place of the manifest of the index. */
const lies: readonly (readonly [string, (digest: Digest) => string])[] = [
  ['B16 an index that lists itself', digest => indexOf([{ digest, mediaType: ociIndex, size: 1 }]).text],
  [
    'B16 a hundred thousand children',
    () =>
      indexOf(
        Array.from({ length: 100_000 }, (_, at) => ({ digest: digestOf(`${at}`), mediaType: ociManifest, size: 1 })),
      ).text,
  ],
  [
    'B15 manifests and layers at once',
    () => JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: [], layers: [] }),
  ],
  ['B17 another image', () => JSON.stringify({ schemaVersion: 2, mediaType: ociManifest, config: {}, layers: [] })],
  ['B17 an index without children', () => indexOf([]).text],
]

/** Whoever asks for the manifest, by its digest or by its tag, is answered so. Undone by what is returned. */
function sayOf(path: string, references: readonly string[], answer: FaultyAnswer): () => void {
  const faults = references.map(reference => world.proxy.inject(always(isManifest('GET', path, reference), answer)))
  return () => {
    for (const undo of faults) undo()
  }
}

describe('a manifest that is not what its digest says', () => {
  it.each(lies)('%s: is kept as it is, and costs its neighbours nothing', async (_, lie) => {
    const toDelete = await aboutToDelete(world)
    const { sweep, request } = toDelete
    const fresh = await world.push({ repository: sweep.path, tag: 'v3', platforms: ['linux/amd64', 'linux/arm64'] })
    const text = lie(fresh.digest)
    const undo = sayOf(sweep.path, [fresh.digest, 'v3'], { kind: 'rewrite', rewrite: () => text })

    const result = await sweep.execute(request).finally(undo)

    expect(result).toMatchObject({ deleted: 1 })
    expect(await sweep.image(fresh.digest)).toMatchObject({ unreadable: expect.stringContaining('expected') })
    for (const { digest } of [fresh, ...fresh.children]) expect(await sweep.holds(digest)).toBe(true)
  })

  it('B17 of a cycle of two, nothing below is lost', async () => {
    const toDelete = await aboutToDelete(world)
    const { sweep, request } = toDelete
    const one = await world.push({ repository: sweep.path, tag: 'v3', platforms: ['linux/amd64', 'linux/arm64'] })
    const two = await world.push({ repository: sweep.path, tag: 'v4', platforms: ['linux/amd64', 'linux/s390x'] })
    const pointing = (from: Digest, tag: string, to: Listed) =>
      sayOf(sweep.path, [from, tag], { kind: 'rewrite', rewrite: () => indexOf([listed(to)]).text })
    const faults = [pointing(one.digest, 'v3', two), pointing(two.digest, 'v4', one)]

    const result = await sweep.execute(request).finally(() => {
      for (const undo of faults) undo()
    })

    expect(result).toMatchObject({ deleted: 1 })
    sweep.pass(900)
    await sweep.sweep()
    expect(await sweep.tag('v4')).toBe(two.digest)
    for (const { digest } of two.children) expect(await sweep.holds(digest)).toBe(true)
  })

  it('B17 no manifest at all: its record says what was expected, and the run leaves alone what it may refer to', async () => {
    const toDelete = await aboutToDelete(world)
    const { sweep } = toDelete
    const fresh = await world.push({ repository: sweep.path, tag: 'v3', platforms: ['linux/amd64', 'linux/arm64'] })
    const undo = sayOf(sweep.path, [fresh.digest, 'v3'], { kind: 'answer', status: 200, body: 'no manifest' })

    const outcome = await sweep.sync()
    sweep.pass(900)
    await sweep.sweep(2).finally(undo)

    expect(outcome).toMatchObject({ outcome: 'synced' })
    expect(await sweep.image(fresh.digest)).toMatchObject({ unreadable: expect.stringContaining('expected a body') })
    expect(await sweep.tag('v1')).toBeUndefined()
    for (const { digest } of [fresh, ...fresh.children]) expect(await sweep.holds(digest)).toBe(true)
  })
})
