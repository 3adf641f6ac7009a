import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { repository, startGitea } from './gitea-world.ts'

describe('the delete of a tag', () => {
  it('puts an image that the tag alone holds under its digest before, so that it stays', async () => {
    const { writer, push, store, asked } = await startGitea()
    const digest = (await push({ tag: 'only' })).digest as Digest

    const deletion = await writer.deleteTag(repository, 'only', digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'oci' })
    expect(asked('PUT')).toHaveLength(1)
    expect([...(store.packages.get(repository)?.versions.keys() ?? [])]).toEqual([digest])
  })

  it('pushes nothing anew where the digest was pushed by itself, since that would make it young', async () => {
    const { writer, push, asked } = await startGitea()
    const { children } = await push({ tag: 'index', platforms: ['linux/amd64', 'linux/arm64'] })
    const [child] = children
    const manifest = await writer.findManifest(repository, child?.digest as Digest)
    if (!manifest || 'unreadable' in manifest) throw new Error('expected a manifest')
    await writer.putManifest(repository, 'child', manifest)
    const before = asked('PUT').length

    const deletion = await writer.deleteTag(repository, 'child', manifest.digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'oci' })
    expect(asked('PUT')).toHaveLength(before)
    expect(await writer.hasManifest(repository, manifest.digest)).toBe(true)
  })

  it('that goes with its image pushes nothing', async () => {
    const { writer, push, asked } = await startGitea()
    const digest = (await push({ tag: 'only' })).digest as Digest

    const deletion = await writer.deleteTag(repository, 'only', digest, { lastTagGoesWithDigest: true })

    expect(deletion).toEqual({ outcome: 'deleted', by: 'oci' })
    expect(asked('PUT')).toEqual([])
    expect(await writer.hasManifest(repository, digest)).toBe(false)
  })

  it('is kept of an image that nothing else holds in a Forgejo, and where it is not told whether it is one', async () => {
    const { writer, push, state } = await startGitea()
    const digest = (await push({ tag: 'only' })).digest as Digest

    state.isForgejo = true
    const inForgejo = await writer.deleteTag(repository, 'only', digest)
    state.answer = ({ url }) => (url.pathname.startsWith('/api/forgejo') ? { status: 403, text: 'no' } : undefined)
    const untold = await writer.deleteTag(repository, 'only', digest)

    for (const deletion of [inForgejo, untold])
      expect(deletion).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('Forgejo removes') })
    expect(await writer.findTag(repository, 'only')).toBe(digest)
  })

  it('keeps a tag whose image Gitea does not take under its digest', async () => {
    const { writer, push, state } = await startGitea()
    const digest = (await push({ tag: 'only' })).digest as Digest
    state.answer = ({ method }) =>
      method === 'PUT' ? { status: 400, json: { errors: [{ code: 'MANIFEST_INVALID', message: '' }] } } : undefined

    const deletion = await writer.deleteTag(repository, 'only', digest)

    expect(deletion).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('last tag: Gitea removes') })
    expect(await writer.findTag(repository, 'only')).toBe(digest)
  })

  it('holds by its digest what an index needs and a tag alone has', async () => {
    const { writer, push, store } = await startGitea()
    const child = await push({ tag: 'child' })
    const manifests = [{ mediaType: child.mediaType, digest: child.digest, size: child.size }]
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }))
    store.putManifest(repository, { reference: 'index', mediaType, bytes })

    await writer.deleteTag(repository, 'child', child.digest as Digest)

    expect(await writer.hasManifest(repository, child.digest as Digest)).toBe(true)
  })

  it('is kept of an image that may be held by it alone where the credential may not read packages', async () => {
    const { writer, push, state } = await startGitea()
    const digest = (await push({ tag: 'only' })).digest as Digest
    state.answer = ({ url }) => (url.pathname.startsWith('/api/') ? { status: 403, json: {} } : undefined)

    const deletion = await writer.deleteTag(repository, 'only', digest)

    expect(deletion).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('last tag') })
    expect(await writer.hasManifest(repository, digest)).toBe(true)
  })
})

it('a tag that moves takes the image before with it, and its layers', async () => {
  const { writer, push } = await startGitea()
  const before = (await push({ tag: 'latest', seed: 'before' })).digest as Digest
  const manifest = await writer.findManifest(repository, before)
  await push({ tag: 'latest', seed: 'after' })

  const has = await writer.hasManifest(repository, before)

  expect(has).toBe(false)
  if (!manifest || 'unreadable' in manifest) throw new Error('expected a manifest')
  await expect(writer.putManifest(repository, before, manifest)).rejects.toThrow('404 BLOB_UNKNOWN')
})

it('the delete of a digest takes every tag on it along', async () => {
  const { writer, push, store } = await startGitea()
  const { digest } = await push({ tag: 'v1', seed: 'same' })
  await push({ tag: 'v2', seed: 'same' })
  await push({ tag: 'v3', seed: 'other' })

  const deletion = await writer.deleteManifest(repository, digest as Digest)

  expect(deletion).toEqual({ outcome: 'deleted' })
  expect([...(store.packages.get(repository)?.versions.keys() ?? [])]).toEqual(['v3'])
})
