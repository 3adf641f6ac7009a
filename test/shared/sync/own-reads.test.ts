import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import type { DescribedManifest, RegistryReader } from '../../../shared/ports/registry.ts'
import { syncRepository, syncTag } from '../../../shared/sync/sync-repository.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { readTag } from '../../support/readable.ts'
import { at, syncContext } from '../../support/records.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const day = 86_400
const idOf = (path: string) => `${world.host}/${path}`
const contextOf = (path: string, seconds: number) => syncContext(idOf(path), at(seconds))

/** The registry, which lists digests and pull times, and counts each manifest that it hands out as a pull at `clock`. */
function countingReader(pulls: Map<Digest, Date>, clock: () => Date): RegistryReader {
  const { findTaggedManifest: _, ...reader } = world.reader
  return {
    ...reader,
    countsPulls: true,
    async listRepository(path) {
      const { tags } = await reader.listRepository(path)
      const listed = tags.map(async ({ tag }) => {
        const digest = await readTag(reader, path, tag)
        const pulledAt = digest && pulls.get(digest)
        return { tag, ...(digest && { digest }), ...(pulledAt && { pulledAt }) }
      })
      return { tags: await Promise.all(listed) }
    },
    async findManifest(path, digest) {
      pulls.set(digest, clock())
      return reader.findManifest(path, digest)
    },
  }
}

describe('I27 reads of our own at a registry that counts them as pulls', () => {
  it('leave the pull time that was recorded before, and a later pull counts', async () => {
    const path = world.freshPath()
    const { digest } = await world.push({ repository: path, tag: 'v1' })
    const pulls = new Map([[digest, at(-40 * day)]])
    let seconds = 0
    const reader = countingReader(pulls, () => at(seconds))
    const sync = async (now: number) => {
      seconds = now
      await syncRepository(contextOf(path, now), path, { ...world, reader })
      return (await world.store.findImage(idOf(path), digest))?.pulledAt
    }

    expect(await sync(0)).toEqual(at(-40 * day))
    expect(pulls.get(digest)).toEqual(at(0))
    expect(await sync(3600)).toEqual(at(-40 * day))
    pulls.set(digest, at(2 * day))
    expect(await sync(3 * day)).toEqual(at(2 * day))
  })

  it('count where no pull before them is known', async () => {
    const path = world.freshPath()
    const { digest } = await world.push({ repository: path, tag: 'v1' })
    const reader = countingReader(new Map(), () => at(0))

    await syncRepository(contextOf(path, 0), path, { ...world, reader })
    await syncRepository(contextOf(path, 3600), path, { ...world, reader })

    expect(await world.store.findImage(idOf(path), digest)).toMatchObject({ pulledAt: at(0), ownReadAt: at(0) })
  })
})

describe('a registry that describes manifests without handing them out', () => {
  const refuse = async (): Promise<never> => {
    throw new Error('expected no manifest to be read')
  }

  async function describedWorld() {
    const path = world.freshPath()
    const { digest } = await world.push({ repository: path, tag: 'v1' })
    const manifest = { digest, mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 4711 }
    const described: DescribedManifest = { manifest, config: { os: 'linux', architecture: 's390x' }, referrers: [] }
    const { findTaggedManifest: _, ...reader } = world.reader
    const silent = { ...reader, countsPulls: true, findManifest: refuse, findConfig: refuse, listReferrers: refuse }
    return { path, digest, described, reader: silent }
  }

  it('is asked for none that its list describes', async () => {
    const { path, digest, described, reader } = await describedWorld()
    const listRepository = async () => ({
      tags: [{ tag: 'v1', digest }],
      untagged: [],
      described: new Map([[digest, described]]),
    })

    await syncRepository(contextOf(path, 0), path, { ...world, reader: { ...reader, listRepository } })

    const image = await world.store.findImage(idOf(path), digest)
    expect(image).toMatchObject({ sizeBytes: 4711, platform: { os: 'linux', architecture: 's390x' } })
    expect(image?.ownReadAt).toBeUndefined()
  })

  it('describes the one that a hint names', async () => {
    const { path, digest, described, reader } = await describedWorld()

    await syncTag(contextOf(path, 0), path, 'v1', {
      ...world,
      reader: { ...reader, describeManifest: async () => described },
    })

    expect(await world.store.findImage(idOf(path), digest)).toMatchObject({ sizeBytes: 4711 })
  })
})
