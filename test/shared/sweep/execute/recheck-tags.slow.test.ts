import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { TagRecord } from '../../../../shared/domain/records/images.ts'
import { referrersTag } from '../../../../shared/domain/retention/versions/tag-kind.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import type { RegistryReader } from '../../../../shared/ports/registry.ts'
import { TagRecheck } from '../../../../shared/sweep/execute/recheck-tags.ts'
import { DeletionGraph } from '../../../../shared/sweep/world/deletion-graph.ts'
import type { RepositoryWorld } from '../../../../shared/sweep/world/read-world.ts'
import { type Loopback, signatureTag, startLoopback } from '../../../support/loopback.ts'
import { at, digestOf, imageDraft, tagDraft } from '../../../support/records.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const platforms = ['linux/amd64', 'linux/arm64']

/** v1 is to be deleted, and something happens when its turn has come, after everything was read. */
async function sweptWhile(happen: (path: string, toDelete: Digest) => Promise<unknown>) {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const old = await world.push({ repository: sweep.path, tag: 'v1', seed: 'same', platforms })
  await sweep.sync()
  sweep.pass(3600)
  await sweep.release('v2')
  const request = await sweep.ripen()
  sweep.moments.onceBefore('listReferrers', () => happen(sweep.path, old.digest))
  await sweep.execute(request)
  return { sweep, old }
}

describe('the last look before a delete', () => {
  it('F12 I15 keeps a digest that a new tag came to', async () => {
    const { sweep, old } = await sweptWhile(path =>
      world.push({ repository: path, tag: 'v9', seed: 'same', platforms }),
    )

    expect(await sweep.tag('v9')).toBe(old.digest)
    for (const { digest } of [old, ...old.children]) expect(await sweep.holds(digest)).toBe(true)
    expect(await sweep.image(old.digest)).not.toHaveProperty('mark')
  })

  it('F12 keeps a digest that a tag was moved to which stood elsewhere', async () => {
    const { sweep, old } = await sweptWhile(path =>
      world.push({ repository: path, tag: 'v2', seed: 'same', platforms }),
    )

    expect(await sweep.tag('v2')).toBe(old.digest)
  })

  it('F15 keeps a digest whose first referrer came under the referrers tag of the digest', async () => {
    const { sweep, old } = await sweptWhile((path, toDelete) =>
      world.push({ repository: path, tag: referrersTag(toDelete), seed: 'referrers' }),
    )

    expect(await sweep.holds(old.digest)).toBe(true)
  })

  it('F14 keeps the manifests of an index that was pushed, while the index that is to be deleted goes', async () => {
    const { sweep, old } = await sweptWhile(path =>
      world.push({ repository: path, tag: 'v9', seed: 'same', platforms: platforms.toReversed() }),
    )

    expect(await sweep.holds(old.digest)).toBe(false)
    expect(await sweep.tag('v9')).toBeDefined()
    for (const { digest } of old.children) expect(await sweep.holds(digest)).toBe(true)
  })
})

/** A registry of given names, which says when it is asked. */
function listing(tags: readonly string[], onList: () => void = () => undefined) {
  let heads = 0
  const reader: Pick<RegistryReader, 'listRepository' | 'findTag'> = {
    listRepository: async () => {
      onList()
      await new Promise(resolve => setImmediate(resolve))
      return { tags: tags.map(tag => ({ tag })) }
    },
    findTag: async (_, tag) => {
      heads += 1
      return digestOf(tag)
    },
  }
  return { reader: reader as RegistryReader, heads: () => heads }
}

const recordOf = (tag: string): TagRecord => ({ ...tagDraft('r', { tag, digest: digestOf(tag) }), number: 1 })

const lastLookAt = (tags: readonly string[], reader: RegistryReader) => {
  const world = { tags: tags.map(recordOf), images: [], unreadTags: [] }
  return new TagRecheck(world, new DeletionGraph(world), { path: 'team/app', reader, now: () => new Date() })
}

describe('many workers', () => {
  it('share a look, but none that began before they asked', async () => {
    let looks = 0
    const late: Promise<unknown>[] = []
    const ask = () => look.reasonToKeep(digestOf('unwanted'))
    const { reader } = listing(['v1'], () => {
      looks += 1
      if (looks === 1) late.push(...Array.from({ length: 50 }, ask))
    })
    const look = lastLookAt(['v1'], reader)

    await Promise.all(Array.from({ length: 50 }, ask))
    const afterFirst = looks
    await Promise.all(late)

    expect([afterFirst, looks]).toEqual([1, 2])
  })

  it('ask a large repository of names alone only about names that are new', async () => {
    const known = Array.from({ length: 300 }, (_, at) => `v${at}`)
    const { reader, heads } = listing([...known, 'new'])
    const look = lastLookAt(known, { ...reader, findManifest: async () => undefined })

    expect(await look.reasonToKeep(digestOf('new'))).toBe('tag new points at it now')
    expect(heads()).toBe(1)
  })

  it('F15 keep what is about an image of which nobody knew until a tag came to it', async () => {
    const sbom = { ...imageDraft('r', { digest: digestOf('sbom'), subject: digestOf('new') }), number: 1 }
    const world = { tags: [], images: [sbom], unreadTags: [] }
    const { reader } = listing(['new'])
    const asked = { ...reader, findManifest: async () => undefined }
    const look = new TagRecheck(world, new DeletionGraph(world), {
      path: 'team/app',
      reader: asked,
      now: () => new Date(),
    })

    expect(await look.reasonToKeep(sbom.digest)).toContain('to which a tag was added, stays')
  })

  it('F34 delete nothing after a look that failed', async () => {
    const { reader } = listing([])
    const failing = { ...reader, listRepository: async () => Promise.reject(new Error('no answer')) }
    const look = lastLookAt([], failing)

    const asked = [1, 2, 3].map(() => look.reasonToKeep(digestOf('unwanted')))

    expect((await Promise.allSettled(asked)).map(one => one.status)).toEqual(['rejected', 'rejected', 'rejected'])
  })
})

it('F34 reads all again that a tag leads to after a look that failed half way', async () => {
  const [index, inner, leaf] = ['index', 'inner', 'leaf'].map(digestOf) as [Digest, Digest, Digest]
  let failures = 1
  const findManifest = async (_: string, digest: Digest) => {
    if (digest === inner && failures-- > 0) throw new UnavailableError('no answer', { kind: 'server' })
    const children = digest === index ? [inner] : digest === inner ? [leaf] : []
    return {
      digest,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      bytes: new Uint8Array(),
      children,
      sizeBytes: 0,
    }
  }
  const look = lastLookAt([], { ...listing(['v9']).reader, findTag: async () => index, findManifest })

  await expect(look.reasonToKeep(leaf)).rejects.toThrow('no answer')
  expect(await look.reasonToKeep(leaf)).toContain('to which a tag was added, holds it')
})

describe('a tag that comes to a referrer', () => {
  const signed = async () => {
    const sweep = createSweepFixture(world)
    sweep.policy()
    sweep.trackWhole()
    const old = await world.push({ repository: sweep.path, tag: 'v1' })
    const signature = await world.push({ repository: sweep.path, tag: signatureTag(old.digest), seed: 'signature' })
    await sweep.sync()
    sweep.pass(3600)
    await sweep.release('v2')
    return { sweep, old, signature, request: await sweep.ripen() }
  }

  it.each(['before everything is read', 'after it'])('F15 %s keeps the subject with it', async when => {
    const { sweep, old, signature, request } = await signed()
    const tag = () => world.push({ repository: sweep.path, tag: 'found', seed: 'signature' })
    if (when === 'after it') sweep.moments.onceBefore('listReferrers', tag)
    else await tag()

    await sweep.execute(request)

    for (const { digest } of [old, signature]) expect(await sweep.holds(digest)).toBe(true)
    expect(await sweep.tag('v1')).toBe(old.digest)
  })
})

describe('a tag that cannot be read', () => {
  const indexed = { ...imageDraft('r', { digest: digestOf('index'), children: [digestOf('child')] }), number: 1 }
  const images = ['child', 'other'].map(name => ({ ...imageDraft('r', { digest: digestOf(name) }), number: 1 }))
  const unreadOf = (tag: string, rest: object = {}) => ({
    repository: 'r',
    tag,
    unreadable: 'odd',
    firstSeenAt: at(0),
    ...rest,
  })
  /** What stays of `index`, `child` and `other` once the registry answers so. */
  async function staying(answer: Partial<RegistryReader>, unreadTags: RepositoryWorld['unreadTags'] = []) {
    const known = { tags: [], images: [indexed, ...images], unreadTags }
    const reader = { ...listing(['odd']).reader, findManifest: async () => undefined, ...answer }
    const look = new TagRecheck(known, new DeletionGraph(known), { path: 'team/app', reader, now: () => new Date() })
    const reasons = await Promise.all(known.images.map(async ({ digest }) => [digest, await look.reasonToKeep(digest)]))
    return reasons.flatMap(([digest, reason]) => (reason === undefined ? [] : [digest]))
  }
  const [index, child, other] = ['index', 'child', 'other'].map(digestOf)

  it('B28 keeps what it may point at since, with all below', async () => {
    const odd = { unreadable: 'odd', mayReferTo: [digestOf('index'), digestOf('a layer')] }

    expect(await staying({ findTag: async () => odd })).toEqual([index, child])
  })

  it('B30 keeps everything where it may point at anything', async () => {
    expect(await staying({ findTag: async () => ({ unreadable: 'odd' }) })).toEqual([index, child, other])
  })

  it('B29 keeps everything once a name came that is none', async () => {
    const list = async () => ({ tags: [], unreadable: [{ name: '-odd', unreadable: 'odd' }] })

    expect(await staying({ listRepository: list })).toEqual([index, child, other])
    expect(await staying({ listRepository: list }, [unreadOf('-odd', { mayReferTo: [] })])).toEqual([])
  })

  it('B30 adds nothing to a judgement that knew of one which may point at anything', async () => {
    expect(await staying({ findTag: async () => ({ unreadable: 'odd' }) }, [unreadOf('before')])).toEqual([])
  })

  it('B28 keeps what a readable tag leads to that came to a manifest which cannot be read', async () => {
    const findManifest = async (_: string, digest: Digest) => ({
      digest,
      unreadable: 'odd',
      mayReferTo: [digestOf('index')],
    })

    expect(await staying({ findTag: async () => digestOf('new'), findManifest })).toEqual([index, child])
  })

  it('B28 keeps everything where that manifest may refer to anything', async () => {
    const findManifest = async (_: string, digest: Digest) => ({ digest, unreadable: 'odd' })

    expect(await staying({ findTag: async () => digestOf('new'), findManifest })).toEqual([index, child, other])
  })
})

it('is one for all images of a group, however many they are', async () => {
  const looksFor = async (images: number) => {
    const sweep = createSweepFixture(world)
    sweep.policy()
    sweep.trackWhole()
    for (let number = 0; number <= images; number++) await sweep.release(`v${number}`)
    const request = await sweep.ripen()
    world.requests.length = 0
    let asked = 0
    // A registry answers one question later than the other.
    sweep.moments.before('listReferrers', async () => {
      for (let turns = 50 * asked++; turns > 0; turns--) await nextTurn()
    })
    expect(await sweep.execute(request)).toMatchObject({ deleted: images })
    return world.requests.filter(({ method, path }) => method === 'GET' && path.includes('/tags/list')).length
  }

  expect(await looksFor(24)).toBe(await looksFor(2))
})
