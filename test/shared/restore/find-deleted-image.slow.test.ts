import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { findDeletedImage } from '../../../shared/restore/find-deleted-image.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createRestoreFixture, type RestoreFixture } from '../../support/restore-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** `v1` was swept, `v2` stays. */
async function swept(fixture: RestoreFixture = createRestoreFixture(world)) {
  fixture.policy()
  const { digest } = await world.push({ repository: fixture.path, tag: 'v1' })
  fixture.trackWhole()
  const kept = await fixture.release('v2')
  await fixture.sweep()
  return { fixture, digest, kept: kept.digest }
}

const refusalOf = async (found: Promise<unknown>): Promise<string> => {
  const refusal: unknown = await found.catch(error => error)
  if (!(refusal instanceof InvalidInputError)) throw new Error(`expected a refusal, got ${refusal}`)
  return refusal.message
}

describe('an image that was deleted', () => {
  it('is found by its tag and by its digest', async () => {
    const { fixture, digest } = await swept()

    expect((await fixture.find(':v1')).roots).toEqual([{ digest, tag: 'v1' }])
    expect((await fixture.find(`@${digest}`)).roots).toEqual([{ digest }])
    expect((await fixture.find(`:v1@${digest}`)).roots).toEqual([{ digest, tag: 'v1' }])
  })

  it('is found by the archive when the table has forgotten its tag', async () => {
    const { fixture, digest } = await swept()
    const entry = fixture.archive.entries.get(digest)
    if (!entry) throw new Error('expected it in the archive')
    await fixture.archive.putManifest({ ...entry, graph: { ...entry.graph, tags: ['v1', 'v1.0'] } })

    expect((await fixture.find(':v1.0')).roots).toEqual([{ digest, tag: 'v1.0' }])
  })

  it('is found behind the dummy that its tag was seen on while it was deleted', async () => {
    const { fixture, digest } = await swept()
    const record = await world.store.findTag(fixture.repository, 'v1')
    if (!record) throw new Error('expected the tag to be remembered')
    const dummy: Digest = `sha256:${'d'.repeat(64)}`
    await world.store.saveTag({ ...record, digest: dummy, previousDigest: digest }, record)

    const things = await fixture.restore(':v1')

    expect(things.every(thing => thing.outcome === 'restored')).toBe(true)
    expect(await fixture.tag('v1')).toBe(digest)
  })
})

describe('an image that cannot be found', () => {
  it('stands by the tag as it should, which is as good as restored', async () => {
    const { fixture, kept } = await swept()

    expect((await fixture.find(':v2')).roots).toEqual([{ digest: kept, tag: 'v2' }])
  })

  it('is told from one that was pushed again under the tag, with the digest to name', async () => {
    const { fixture, digest } = await swept()
    const newer = await fixture.release('v1', { seed: 'newer' })

    const refusal = await refusalOf(fixture.find(':v1'))

    expect(refusal).toContain(`it points now at ${newer.digest}`)
    expect(refusal).toContain(`shelflife restore ${fixture.repository}@${digest}`)
  })

  it('is ambiguous where two deleted images had the tag', async () => {
    const { fixture, digest } = await swept()
    const entry = fixture.archive.entries.get(digest)
    if (!entry) throw new Error('expected it in the archive')
    const other = await fixture.release('v3')
    await world.remove(fixture.path, 'v3')
    await world.remove(fixture.path, other.digest)
    await fixture.sync()
    const image = await fixture.image(other.digest)
    if (!image) throw new Error('expected its record')
    await world.store.saveImage({ ...image, goneAt: fixture.now() }, image)
    const graph = { ...entry.graph, tags: ['both'] }
    await fixture.archive.putManifest({ ...entry, graph })
    await fixture.archive.putManifest({ ...entry, digest: other.digest, graph: { ...graph, deletedAt: new Date(0) } })

    const refusal = await refusalOf(fixture.find(':both'))

    expect(refusal).toContain('2 deleted images had it')
    expect(refusal).toContain(`@${other.digest}  # deleted 1970-01-01T00:00:00.000Z`)
    expect(refusal).toContain(`@${digest}`)
  })

  it('was never here', async () => {
    const { fixture } = await swept()

    expect(await refusalOf(fixture.find(':v7'))).toContain('nothing is known of it')
    expect(await refusalOf(fixture.find(`@sha256:${'0'.repeat(64)}`))).toContain('nothing is known of it')
  })

  it('was deleted by somebody else, whom the archive did not serve', async () => {
    const { fixture } = await swept()
    await fixture.release('v3')
    await world.remove(fixture.path, 'v3')
    await fixture.sync()

    expect(await refusalOf(fixture.find(':v3'))).toContain('somebody else deleted it')
  })

  it('is named without a repository', async () => {
    const { fixture } = await swept()
    const deps = {
      store: world.store,
      archive: fixture.archive,
      canonicalHost: (host: string) => host,
      canonicalPath: (_: string, path: string) => path,
    }

    expect(await refusalOf(findDeletedImage(`sha256:${'0'.repeat(64)}`, deps))).toContain('repository')
  })
})
