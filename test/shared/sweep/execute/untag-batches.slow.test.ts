import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import { type Loopback, pathOf, signatureTag, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture, type SweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

const namesOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `v1.${at}`)

/** Images under v1.0 and up to be deleted, one under v2 to stay, in what counts as a repository of many tags. */
async function aboutToDelete({ isTracked = false, more = async (_: string) => undefined as unknown } = {}) {
  const sweep = createSweepFixture(world, undefined, undefined, undefined, { fewTags: 2 })
  sweep.policy()
  if (!isTracked) sweep.trackWhole()
  const old = new Map<string, Digest>()
  for (const tag of namesOf(5)) {
    if (isTracked) sweep.track(tag)
    old.set(tag, (await world.push({ repository: sweep.path, tag, seed: `${sweep.path}:${tag}` })).digest as Digest)
  }
  await more(sweep.path)
  if (isTracked) sweep.track('v2')
  await sweep.release('v2')
  const request = await sweep.ripen()
  world.requests.length = 0
  return { sweep, old, request }
}

/** What DELETE was asked for, in order: tags, and `digest` for digests. */
const deletes = (): string[] =>
  world.requests
    .filter(({ method }) => method === 'DELETE')
    .map(({ path }) => path.split('/').at(-1) ?? '')
    .map(reference => (reference.startsWith('sha256:') ? 'digest' : reference))

const isTagDelete = (request: Request): boolean => request.method === 'DELETE' && !pathOf(request).includes('sha256:')
const isDigestDelete = (request: Request): boolean => request.method === 'DELETE' && pathOf(request).includes('sha256:')

/** Once all but the image that goes first have lost their tags; it is told one of these. */
function afterUntagging({ moments }: SweepFixture, count: number, happen: (tag: string) => unknown) {
  const off: string[] = []
  moments.before('untag', (_, tag) => off.push(String(tag)))
  moments.before('listRepository', async () => {
    if (off.length < count) return
    await happen(off.splice(0)[0] ?? '')
  })
}

describe('a sweep of a repository of many tags', () => {
  it('takes the tags off before the digests go, once one image showed that digests can be deleted', async () => {
    const { sweep, request } = await aboutToDelete()

    expect(await sweep.execute(request)).toMatchObject({ deleted: 5, failed: 0 })

    const [proof, ...others] = deletes()
    expect(proof).toBe('digest')
    expect(others.slice(0, 4).filter(name => name === 'digest')).toEqual([])
    expect(others.slice(4)).toEqual(['digest', 'digest', 'digest', 'digest'])
    expect(await sweep.listTags()).toEqual(['v2'])
    const gone = (await world.store.listTags(sweep.repository)).filter(tag => tag.goneAt !== undefined)
    expect(new Set(gone.map(({ change }) => `${change.action} ${change.actor}`))).toEqual(
      new Set([`deleted policy ${sweep.cluster.name}/team/cleanup`]),
    )
  })

  it('leaves a signature its tag until its subject is gone', async () => {
    const signed = { subject: '' as Digest | '' }
    const { sweep, old, request } = await aboutToDelete({
      more: async path => {
        const subject = (await world.reader.findTag(path, 'v1.3')) as Digest
        signed.subject = subject
        return world.push({ repository: path, tag: signatureTag(subject), seed: 'signature' })
      },
    })
    const tag = signatureTag(signed.subject as Digest)
    const early: string[] = []
    world.intercept(request => {
      if (isTagDelete(request) && pathOf(request).endsWith(tag)) early.push('tag of the signature')
      return undefined
    })
    let wasThere: boolean | undefined
    sweep.moments.before('deleteManifest', async (_, digest) => {
      if (digest === old.get('v1.3')) wasThere = (await sweep.tag(tag)) !== undefined
    })

    expect(await sweep.execute(request)).toMatchObject({ deleted: 6, failed: 0 })

    expect([wasThere, early]).toEqual([true, []])
    expect(await sweep.listTags()).toEqual(['v2'])
  })

  it('takes the tags of signatures off too, once what they sign is gone, and before all other digests', async () => {
    const signed: Digest[] = []
    const { sweep, request } = await aboutToDelete({
      more: async path => {
        for (const tag of namesOf(5)) {
          const subject = (await world.reader.findTag(path, tag)) as Digest
          signed.push(subject)
          await world.push({ repository: path, tag: signatureTag(subject), seed: `signature of ${tag}` })
        }
      },
    })
    const standing: number[] = []
    sweep.moments.before('untag', async (_, tag) => {
      if (!String(tag).endsWith('.sig')) return
      standing.push((await Promise.all(signed.map(digest => sweep.holds(digest)))).filter(Boolean).length)
    })

    expect(await sweep.execute(request)).toMatchObject({ deleted: 10, failed: 0 })

    // The proof, the tags of the others, their digests, the tags of all signatures; then what is left of those.
    const kinds = deletes().map(name => (name.endsWith('.sig') ? 'signature' : name === 'digest' ? name : 'version'))
    const inTurn = (kind: string, count: number) => Array.from({ length: count }, () => kind)
    expect(kinds).toEqual([
      ...inTurn('digest', 1),
      ...inTurn('version', 4),
      ...inTurn('digest', 4),
      ...inTurn('signature', 5),
      ...inTurn('digest', 5),
    ])
    expect(standing).toEqual([0, 0, 0, 0, 0])
    expect(await sweep.listTags()).toEqual(['v2'])
  })

  it('F11 keeps an image whose tag is pushed again after it was taken off', async () => {
    const { sweep, old, request } = await aboutToDelete()
    let back = ''
    afterUntagging(sweep, 4, async tag => {
      back = tag
      await world.push({ repository: sweep.path, tag, seed: `${sweep.path}:${tag}` })
    })

    await sweep.execute(request)

    expect(await sweep.listTags()).toEqual([back, 'v2'])
    expect(await sweep.tag(back)).toBe(old.get(back))
  })

  it('F12 keeps what somebody pushes under a tag that was taken off, and its object', async () => {
    const { sweep, old, request } = await aboutToDelete({ isTracked: true })
    let [back, pushed] = ['', '']
    afterUntagging(sweep, 4, async tag => {
      back = tag
      pushed = (await world.push({ repository: sweep.path, tag, seed: 'another content' })).digest
    })

    await sweep.execute(request)

    expect(await sweep.tag(back)).toBe(pushed)
    // Untagged by somebody else now, it is judged as such by the next run.
    expect(await sweep.holds(old.get(back) as Digest)).toBe(true)
    const objects = namesOf(5).filter(tag => sweep.cluster.get('Repository', `app-${tag}`))
    expect(objects).toEqual([back])
  })

  it('F12 keeps a digest without its tags that the tag of a kept image was moved onto', async () => {
    const { sweep, old, request } = await aboutToDelete()
    let moved = ''
    afterUntagging(sweep, 4, async tag => {
      moved = tag
      await world.push({ repository: sweep.path, tag: 'v2', seed: `${sweep.path}:${tag}` })
    })

    await sweep.execute(request)

    expect(await sweep.tag('v2')).toBe(old.get(moved))
    expect(await sweep.listTags()).toEqual(['v2'])
  })

  it('goes by digests where the registry takes no delete of a tag, which it is asked for one and for one that cannot exist', async () => {
    const { sweep, request } = await aboutToDelete()
    let refused = 0
    world.intercept(call => {
      if (!isTagDelete(call)) return undefined
      refused += 1
      return new Response(null, { status: 405 })
    })

    expect(await sweep.execute(request)).toMatchObject({ deleted: 5, failed: 0 })

    expect(refused).toBe(1 + 1)
    expect(await sweep.listTags()).toEqual(['v2'])
  })

  it('reads everything again before it goes by digests, also where all was archived before', async () => {
    const { sweep, request } = await aboutToDelete()
    world.intercept(call => {
      if (!isTagDelete(call)) return undefined
      sweep.policy({ suspend: true })
      return new Response(null, { status: 405 })
    })

    await sweep.execute(request)

    expect(deletes().filter(name => name === 'digest')).toHaveLength(1)
    expect(await sweep.listTags()).toHaveLength(5)
  })

  it('goes on after what is signed on the look that followed the tags, and archives nothing twice', async () => {
    const { sweep, request } = await aboutToDelete({
      more: async path => {
        for (const tag of namesOf(5)) {
          const subject = (await world.reader.findTag(path, tag)) as Digest
          await world.push({ repository: path, tag: signatureTag(subject), seed: `signature of ${tag}` })
        }
      },
    })
    let lists = 0
    sweep.moments.before('listRepository', async () => {
      lists += 1
    })

    await sweep.execute(request)

    const read = world.requests.filter(({ method, path }) => method === 'GET' && path.includes('/manifests/sha256:'))
    expect(read).toHaveLength(10)
    // Looks: what to prepare, then before and after the tags, after what is signed with the tags of its signatures. And one right
    // before each of three groups of digests, and one after each of two groups of tags.
    expect(lists).toBe(4 + 3 + 2)
  })

  it('leaves a signature its tag where the registry keeps what it signs', async () => {
    const { sweep, old, request } = await aboutToDelete({
      more: async path => {
        for (const tag of namesOf(5)) {
          const subject = (await world.reader.findTag(path, tag)) as Digest
          await world.push({ repository: path, tag: signatureTag(subject), seed: `signature of ${tag}` })
        }
      },
    })
    let kept = ''
    world.intercept(call => {
      const digest = pathOf(call).split('/').at(-1) ?? ''
      // The first shows that digests go; this one is deleted after the tags.
      if (isDigestDelete(call) && digest !== kept && deletes().length > 5) kept ||= digest
      return isDigestDelete(call) && digest === kept ? new Response(null, { status: 409 }) : undefined
    })

    await sweep.execute(request)

    expect([...old.values()]).toContain(kept)
    expect(await sweep.listTags()).toEqual([signatureTag(kept as Digest), 'v2'])
  })

  it('takes no tag off where the registry deletes no digest', async () => {
    const { sweep, request } = await aboutToDelete()
    world.intercept(call => (isDigestDelete(call) ? new Response(null, { status: 405 }) : undefined))

    expect(await sweep.execute(request)).toMatchObject({ deleted: 0 })

    expect(await sweep.listTags()).toEqual([...namesOf(5), 'v2'])
  })

  it('fails the image whose tag the registry says to delete and does not', async () => {
    const { sweep, old, request } = await aboutToDelete()
    let odd = ''
    world.intercept(call => {
      if (isTagDelete(call)) odd ||= pathOf(call).split('/').at(-1) ?? ''
      return isTagDelete(call) && pathOf(call).endsWith(`/${odd}`) ? new Response(null, { status: 202 }) : undefined
    })

    expect(await sweep.execute(request)).toMatchObject({ deleted: 4, failed: 1 })

    expect(await sweep.listTags()).toEqual([odd, 'v2'])
    expect((await sweep.image(old.get(odd) as Digest))?.change).toMatchObject({
      action: 'delete-failed',
      reason: `tag ${odd} kept: registry accepted the delete and the tag is still there`,
    })
  })

  it('that is paused when the tags are off goes on where it was', async () => {
    const { sweep, old, request } = await aboutToDelete()
    afterUntagging(sweep, 4, () => {
      sweep.killSwitch.on = true
    })

    expect(await sweep.execute(request)).toMatchObject({ deleted: 1, message: 'stopped by the kill switch' })

    expect(await sweep.listTags()).toEqual(['v2'])
    const held = await Promise.all([...old.values()].map(sweep.holds))
    expect(held.filter(Boolean)).toHaveLength(4)
    sweep.killSwitch.on = false
    sweep.pass(900)
    await sweep.sweep(2)
    for (const digest of old.values()) expect(await sweep.holds(digest)).toBe(false)
    expect(sweep.status()).toMatchObject({ totalDeleted: 5 })
  })
})
