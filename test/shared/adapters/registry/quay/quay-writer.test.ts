import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { robotsToken, startQuay } from './quay-world.ts'

const path = 'team/app'

const startWith = (...tags: string[]) => startFor(true, tags)

async function startFor(hasApiToken: boolean, tags: readonly string[]) {
  const quay = await startQuay(hasApiToken)
  const push = (image: object) => pushImage(quay.url, { repository: path, ...image }, robotsToken)
  const [first] = await Promise.all(tags.map(tag => push({ tag, seed: 'one' })))
  return { ...quay, push, digest: first?.digest as Digest }
}

describe('a writer of Quay', () => {
  it('asks for push alone, which is the right to delete there', async () => {
    const { writer, digest, requests } = await startWith('v1')

    await writer.deleteManifest(path, digest)

    const scopes = requests.flatMap(({ path: asked }) => new URL(asked, 'http://any').searchParams.get('scope') ?? [])
    expect(scopes).toEqual([`repository:${path}:pull,push`])
  })

  it.each([true, false])(
    'keeps the last tag on an image that is to stay, and takes off those before it: %s',
    async hasApiToken => {
      const { writer, reader, digest } = await startFor(hasApiToken, ['a', 'b', 'c'])

      const outcomes = []
      for (const tag of ['a', 'b', 'c']) outcomes.push(await writer.deleteTag(path, tag, digest))

      const last = { outcome: 'kept', reason: expect.stringContaining('last tag') }
      expect(outcomes).toEqual([{ outcome: 'deleted', by: 'oci' }, { outcome: 'deleted', by: 'oci' }, last])
      expect(await reader.hasManifest(path, digest)).toBe(true)
      expect(await writer.deleteTag(path, 'c', digest, { lastTagGoesWithDigest: true })).toMatchObject({ by: 'oci' })
    },
  )

  it('takes no 404 for a delete: a child is there as long as its index is', async () => {
    const { writer, reader, push } = await startWith('v1')
    const index = await push({ tag: 'multi', platforms: ['linux/amd64', 'linux/arm64'] })
    const child = index.children[0]?.digest as Digest

    const before = await writer.deleteManifest(path, child)
    await writer.deleteManifest(path, index.digest)
    const after = await writer.deleteManifest(path, child)

    expect(before).toEqual({ outcome: 'kept', reason: expect.stringContaining('an index refers to it') })
    expect(after).toEqual({ outcome: 'absent' })
    expect(await reader.hasManifest(path, child)).toBe(false)
  })

  it('takes what Quay refuses to delete as immutable for kept, whether its list said so or not', async () => {
    const { writer, digest, shelf } = await startWith('v1', 'v2')
    const row = shelf(path).findTag('v1')
    if (row) row.immutable = true

    const unlisted = await writer.deleteManifest(path, digest)
    await writer.listRepository(path)
    const listed = await writer.deleteTag(path, 'v1', digest)

    expect(unlisted).toEqual({ outcome: 'kept', reason: expect.stringMatching(/^protected: registry answered 409/) })
    expect(listed).toEqual({ outcome: 'kept', reason: expect.stringMatching(/^immutable in Quay/) })
    expect(await writer.findRefusal?.(path, ['v2', 'v1'])).toMatch(/^tag v1 kept: immutable in Quay/)
  })

  it('takes one tag off an image of a Quay that deletes by digest alone', async () => {
    const { writer, reader, digest, state } = await startWith('v1', 'v2')
    state.deletesTags = false

    const deletion = await writer.deleteTag(path, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'dummy' })
    expect([await reader.findTag(path, 'v1'), await reader.findTag(path, 'v2')]).toEqual([undefined, digest])
  })

  it('brings an image back under its tag within its time', async () => {
    const { writer, reader, digest } = await startWith('v1')
    const manifest = await reader.findManifest(path, digest)
    await writer.deleteManifest(path, digest)

    if (manifest && 'bytes' in manifest) await writer.putManifest(path, 'v1', manifest)

    expect(await reader.findTag(path, 'v1')).toBe(digest)
  })
})
