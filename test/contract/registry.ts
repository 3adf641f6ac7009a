import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageToPush } from '../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { NotFoundError } from '../../shared/errors.ts'
import { readManifest } from '../support/readable.ts'
import { describingContract } from './registry-descriptions.ts'
import { collectingContract, lockingContract, pagingContract, takingAlongContract } from './registry-facts.ts'
import { absentDigest, ociIndex, type RegistryUnderTest } from './registry-under-test.ts'
import { blobContract, deletingContract, puttingContract } from './registry-writes.ts'

/** What every registry adapter owes its callers, against a registry that really holds images. */
export function registryContract(name: string, setup: () => Promise<RegistryUnderTest>): void {
  describe(`registry contract: ${name}`, () => {
    let registry: RegistryUnderTest
    beforeAll(async () => {
      registry = await setup()
    })
    afterAll(async () => registry.close())
    const current = (): RegistryUnderTest => registry

    describe('reading', () => readingContract(current))
    describe('listing', () => {
      describingContract(current)
      pagingContract(current)
    })
    describe('referrers', () => referrersContract(current))
    describe('deleting', () => deletingContract(current))
    describe('a delete', () => takingAlongContract(current))
    describe('a locked tag', () => lockingContract(current))
    describe('its garbage collection', () => collectingContract(current))
    describe('putting back', () => puttingContract(current))
    describe('a blob', () => blobContract(current))
  })
}

function readingContract(registry: () => RegistryUnderTest): void {
  it('proves access', async () => {
    const check = await registry().reader.checkAccess()

    expect(check.latencyMs).toBeGreaterThanOrEqual(0)
  })

  it('lists every tag once', async () => {
    const { reader, push, freshRepository, capabilities } = registry()
    const repository = await freshRepository()
    const one = await push({ repository, tag: 'v1', seed: 'one' })
    await push({ repository, tag: 'stable', seed: 'one' })
    await push({ repository, tag: 'v2', seed: 'two' })

    const { tags } = await reader.listRepository(repository)

    expect(tags.map(({ tag }) => tag).toSorted()).toEqual(['stable', 'v1', 'v2'])
    if (capabilities.listsDigests) expect(tags.find(({ tag }) => tag === 'v1')?.digest).toBe(one.digest)
  })

  it('lists the repositories that have something, each once, and as many as are asked for', async ({ skip }) => {
    const { reader, push, freshRepository, capabilities } = registry()
    if (!capabilities.listsRepositories) return skip()
    const [one, two] = [await freshRepository(), await freshRepository()]
    await push({ repository: one, tag: 'v1' })
    await push({ repository: two, tag: 'v1' })
    await push({ repository: two, tag: 'v2' })

    const all = await reader.listRepositories()
    const some = await reader.listRepositories(1)

    expect(all.filter(path => path === one || path === two).toSorted()).toEqual([one, two].toSorted())
    expect(some).toHaveLength(1)
  })

  it('does not take an unknown repository for an empty one', async () => {
    await expect(registry().reader.listRepository('contract/never-pushed')).rejects.toBeInstanceOf(NotFoundError)
  })

  it('finds the digest of a tag, of every kind of manifest', async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    const kinds: Partial<ImageToPush>[] = [
      { format: 'oci' },
      { format: 'docker' },
      { format: 'oci', platforms: ['linux/amd64', 'linux/arm64'] },
      { format: 'docker', platforms: ['linux/amd64', 'linux/arm64'] },
    ]
    for (const [at, kind] of kinds.entries()) {
      const pushed = await push({ repository, tag: `kind-${at}`, ...kind })

      const digest = await reader.findTag(repository, `kind-${at}`)

      expect(digest).toBe(pushed.digest)
    }
  })

  it('finds no digest of a tag that is not there', async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    await push({ repository, tag: 'v1' })

    const digest = await reader.findTag(repository, 'v2')

    expect(digest).toBeUndefined()
  })

  it('finds an image with its blobs and its config', async () => {
    const { reader, push, freshRepository, capabilities } = registry()
    const repository = await freshRepository()
    const created = new Date('2026-01-02T03:04:05Z')
    const pushed = await push({ repository, tag: 'v1', platforms: ['linux/arm64'], created })

    const manifest = await readManifest(reader, repository, pushed.digest as Digest)
    const config = await reader.findConfig(repository, manifest.config ?? absentDigest)

    expect(manifest).toMatchObject({ digest: pushed.digest, mediaType: pushed.mediaType })
    expect(manifest.children).toBeUndefined()
    expect(manifest.blobs).toHaveLength(2)
    expect(manifest.sizeBytes).toBe(manifest.blobs?.reduce((sum, blob) => sum + blob.sizeBytes, 0))
    expect(config).toEqual(
      capabilities.servesConfigs ? { createdAt: created, os: 'linux', architecture: 'arm64' } : undefined,
    )
  })

  it('finds an index with its children', async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    const pushed = await push({ repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })

    const manifest = await readManifest(reader, repository, pushed.digest as Digest)

    expect(manifest.children).toEqual(pushed.children.map(child => child.digest))
    expect(manifest.blobs).toBeUndefined()
    expect(manifest.sizeBytes).toBe(pushed.children.reduce((sum, child) => sum + child.size, 0))
  })

  it('has the manifest of a digest with a tag, and of one without', async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    const pushed = await push({ repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })

    const digests = [pushed, ...pushed.children].map(one => one.digest as Digest)
    const has = await Promise.all(digests.map(digest => reader.hasManifest(repository, digest)))

    expect(has).toEqual([true, true, true])
    expect(await reader.hasManifest(repository, absentDigest)).toBe(false)
  })

  it('finds no manifest and no config of a digest that is not there', async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    await push({ repository, tag: 'v1' })

    expect(await reader.findManifest(repository, absentDigest)).toBeUndefined()
    expect(await reader.findConfig(repository, absentDigest)).toBeUndefined()
  })
}

function referrersContract(registry: () => RegistryUnderTest): void {
  it('are none for an image that has none', async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    const pushed = await push({ repository, tag: 'v1' })

    const referrers = await reader.listReferrers(repository, pushed.digest as Digest)

    expect(referrers).toEqual([])
  })

  it('are found by the API and by the tag schema, each once', async () => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    const repository = await freshRepository()
    const image = await push({ repository, tag: 'v1' })
    const artifactType = 'application/vnd.example.sbom'
    const byApi = await push({ repository, subject: image, artifactType, seed: 'by API' })
    const byTag = await push({ repository, subject: image, artifactType, seed: 'by tag' })
    const descriptor = { mediaType: byTag.mediaType, digest: byTag.digest, size: byTag.size, artifactType }
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: [descriptor] }))
    await writer.putManifest(repository, image.digest.replace(':', '-'), { mediaType: ociIndex, bytes: index })

    const referrers = await reader.listReferrers(repository, image.digest as Digest)

    const expected = capabilities.listsReferrersByApi ? [byApi.digest, byTag.digest] : [byTag.digest]
    expect(referrers.map(({ digest }) => digest).toSorted()).toEqual(expected.toSorted())
    expect(referrers.map(referrer => referrer.artifactType)).toEqual(expected.map(() => artifactType))
  })

  it('name their subject in their manifest', async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    const image = await push({ repository, tag: 'v1' })
    const pushed = await push({ repository, subject: image, artifactType: 'application/vnd.example.sbom' })

    const manifest = await reader.findManifest(repository, pushed.digest as Digest)

    expect(manifest).toMatchObject({ subject: image.digest, artifactType: 'application/vnd.example.sbom' })
  })
}
