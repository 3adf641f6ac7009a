import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { refreshLogin } from '../../../../support/acr/acr-tokens.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { pushersLogin, startAcr } from './acr-world.ts'

const path = 'team/app'

async function startWith(tags: readonly string[], options: Parameters<typeof startAcr>[0] = {}) {
  const acr = await startAcr(options)
  const push = (image: object) => pushImage(acr.url, { repository: path, ...image }, pushersLogin)
  const [first] = await Promise.all(tags.map(tag => push({ tag, seed: 'one' })))
  const lock = (tag: string, attributes: object) =>
    Object.assign(acr.shelf(path).tags.get(tag)?.attributes ?? {}, attributes)
  return { ...acr, push, lock, digest: first?.digest as Digest }
}

describe('a writer of ACR', () => {
  it.each([{ deleteEnabled: false }, { writeEnabled: false }])(
    'I30 keeps a tag with %j as locked, whether its list said so or not, and pushes nothing over it',
    async attributes => {
      const { writer, reader, digest, lock, requests } = await startWith(['prod', 'old'])
      lock('prod', attributes)

      const unlisted = [await writer.deleteTag(path, 'prod', digest), await writer.deleteManifest(path, digest)]
      await writer.listRepository(path)

      for (const outcome of unlisted)
        expect(outcome).toMatchObject({ outcome: 'kept', reason: expect.stringMatching(/^locked/) })
      expect(await writer.findRefusal?.(path, ['old', 'prod'])).toMatch(/^tag prod kept: locked in ACR/)
      expect(requests.filter(({ method }) => method === 'PUT')).toEqual([])
      expect(await reader.findTag(path, 'prod')).toBe(digest)
    },
  )

  it('keeps every image where its list hides some: a tag that nobody sees may be on it', async () => {
    const { writer, reader, digest, lock } = await startWith(['v1', 'hidden'])
    lock('hidden', { listEnabled: false })
    await writer.listRepository(path)

    const refusal = await writer.findRefusal?.(path, ['v1'])
    const deletion = await writer.deleteManifest(path, digest)

    expect(refusal).toContain('set listEnabled')
    expect(deletion).toEqual({ outcome: 'kept', reason: refusal })
    expect(await reader.findTag(path, 'hidden')).toBe(digest)
  })

  it('keeps the tags of a manifest that is locked itself', async () => {
    const { writer, digest, shelf } = await startWith(['v1'])
    Object.assign(shelf(path).manifests.get(digest)?.attributes ?? {}, { deleteEnabled: false })
    await writer.listRepository(path)

    expect(await writer.findRefusal?.(path, ['v1'])).toMatch(/^tag v1 kept: locked in ACR/)
    expect(await writer.deleteManifest(path, digest)).toMatchObject({ outcome: 'kept' })
  })

  it('says which right is missing to delete a tag, and pushes nothing over it', async () => {
    const { writer, digest, tokens, requests } = await startWith(['v1', 'v2'])
    tokens.denied.add(':delete')

    const failure = await failureOf(writer.deleteTag(path, 'v1', digest))

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    expect(requests.filter(({ method }) => method === 'PUT')).toEqual([])
  })

  it('leaves the children of an index, and takes what refers to an image along', async () => {
    const { writer, reader, push } = await startWith([])
    const index = await push({ tag: 'multi', platforms: ['linux/amd64', 'linux/arm64'] })
    const sbom = await push({ subject: index, artifactType: 'application/vnd.example.sbom' })

    await writer.deleteManifest(path, index.digest)

    const left = [...index.children, sbom].map(one => reader.hasManifest(path, one.digest))
    expect(await Promise.all(left)).toEqual([true, true, false])
  })

  it('asks for a token for each right, and for no more', async () => {
    const { writer, digest, tokens } = await startWith(['v1', 'v2'], { credential: refreshLogin })

    await writer.listRepository(path)
    await writer.deleteTag(path, 'v1', digest)

    expect(new Set(tokens.scopes)).toEqual(
      new Set([`repository:${path}:metadata_read`, `repository:${path}:pull,push,delete`, `repository:${path}:delete`]),
    )
  })
})
