import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageToPush, PushedImage } from '../../cli/local/registry/push-image.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { InvalidInputError, NotFoundError } from '../../shared/errors.ts'
import type { RegistryReader, RegistryWriter } from '../../shared/ports/registry.ts'

/** One registry with a reader and a writer of it, and what it is known to be able to do. */
export interface RegistryUnderTest {
  readonly reader: RegistryReader
  readonly writer: RegistryWriter
  /** Pushes with a client that is not ours to test. */
  push(image: ImageToPush): Promise<PushedImage>
  /** The path of a repository that has nothing yet; made first where pushes do not make it. */
  freshRepository(): Promise<string>
  readonly capabilities: {
    /** The rung of the ladder that this registry accepts. */
    readonly tagDeletion: 'tag-api' | 'oci' | 'dummy'
    /** True where an image goes with its last tag, so that the last tag is kept unless told otherwise. */
    readonly lastTagHoldsImage: boolean
    /** True where the listing gives digests and untagged images as well. */
    readonly listsDigests: boolean
    /** False for the old registries that know referrers by their tag alone. */
    readonly listsReferrersByApi: boolean
    /** False for an emulator that keeps configs where nothing reaches them. */
    readonly servesConfigs: boolean
    /** False for an emulator that deletes an image with any one of its tags. */
    readonly keepsSiblings: boolean
    /** False for an emulator that stores any manifest. */
    readonly refusesMissingBlobs: boolean
  }
  close(): Promise<void>
}

const absentDigest: Digest = `sha256:${'0'.repeat(64)}`
const ociIndex = 'application/vnd.oci.image.index.v1+json'

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
    describe('referrers', () => referrersContract(current))
    describe('deleting', () => deletingContract(current))
    describe('putting back', () => puttingContract(current))
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

    const manifest = await reader.findManifest(repository, pushed.digest as Digest)
    const config = await reader.findConfig(repository, manifest?.config ?? absentDigest)

    expect(manifest).toMatchObject({ digest: pushed.digest, mediaType: pushed.mediaType })
    expect(manifest?.children).toBeUndefined()
    expect(manifest?.blobs).toHaveLength(2)
    expect(manifest?.sizeBytes).toBe(manifest?.blobs?.reduce((sum, blob) => sum + blob.sizeBytes, 0))
    expect(config).toEqual(
      capabilities.servesConfigs ? { createdAt: created, os: 'linux', architecture: 'arm64' } : undefined,
    )
  })

  it('finds an index with its children', async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    const pushed = await push({ repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })

    const manifest = await reader.findManifest(repository, pushed.digest as Digest)

    expect(manifest?.children).toEqual(pushed.children.map(child => child.digest))
    expect(manifest?.blobs).toBeUndefined()
    expect(manifest?.sizeBytes).toBe(pushed.children.reduce((sum, child) => sum + child.size, 0))
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

function deletingContract(registry: () => RegistryUnderTest): void {
  it('I3 of one tag leaves its sibling and their digest', async () => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'doomed', seed: 'shared' })
    await push({ repository, tag: 'sibling', seed: 'shared' })

    const deletion = await writer.deleteTag(repository, 'doomed', digest as Digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: capabilities.tagDeletion })
    expect(await reader.findTag(repository, 'doomed')).toBeUndefined()
    const left = capabilities.keepsSiblings ? ['sibling'] : []
    expect((await reader.listRepository(repository)).tags.map(({ tag }) => tag)).toEqual(left)
    expect(await reader.findTag(repository, 'sibling')).toBe(capabilities.keepsSiblings ? digest : undefined)
  })

  it('of the last tag leaves the digest', async () => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'only' })

    const deletion = await writer.deleteTag(repository, 'only', digest as Digest)

    expect(deletion.outcome).toBe(capabilities.lastTagHoldsImage ? 'kept' : 'deleted')
    expect(await reader.findManifest(repository, digest as Digest)).toBeDefined()
  })

  it('F12 of a tag that moved on keeps it and says where it points', async () => {
    const { reader, writer, push, freshRepository } = registry()
    const repository = await freshRepository()
    const before = await push({ repository, tag: 'v1', seed: 'before' })
    const after = await push({ repository, tag: 'v1', seed: 'after' })

    const deletion = await writer.deleteTag(repository, 'v1', before.digest as Digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: `tag moved to ${after.digest}` })
    expect(await reader.findTag(repository, 'v1')).toBe(after.digest)
  })

  it('of a tag that is not there is an absence', async () => {
    const { writer, push, freshRepository } = registry()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'v1' })

    const deletion = await writer.deleteTag(repository, 'v2', digest as Digest)

    expect(deletion).toEqual({ outcome: 'absent' })
  })

  it('of a digest is seen to be done, and is an absence the second time', async () => {
    const { reader, writer, push, freshRepository } = registry()
    const repository = await freshRepository()
    const doomed = await push({ repository, tag: 'doomed', seed: 'doomed' })
    const other = await push({ repository, tag: 'other', seed: 'other' })

    const first = await writer.deleteManifest(repository, doomed.digest as Digest)
    const second = await writer.deleteManifest(repository, doomed.digest as Digest)

    expect([first, second]).toEqual([{ outcome: 'deleted' }, { outcome: 'absent' }])
    expect(await reader.findManifest(repository, doomed.digest as Digest)).toBeUndefined()
    expect(await reader.findTag(repository, 'doomed')).toBeUndefined()
    expect(await reader.findTag(repository, 'other')).toBe(other.digest)
  })
}

function puttingContract(registry: () => RegistryUnderTest): void {
  it('brings a deleted image back under its tag and its digest', async () => {
    const { reader, writer, push, freshRepository } = registry()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'v1' })
    const manifest = await reader.findManifest(repository, digest as Digest)
    if (manifest === undefined) throw new Error('expected the manifest that was just pushed')
    await writer.deleteManifest(repository, digest as Digest)

    await writer.putManifest(repository, digest, manifest)
    await writer.putManifest(repository, 'v1', manifest)

    expect(await reader.findTag(repository, 'v1')).toBe(digest)
    expect((await reader.findManifest(repository, digest as Digest))?.bytes).toEqual(manifest.bytes)
  })

  it('refuses a manifest whose blobs are gone', async () => {
    const { writer, push, freshRepository, capabilities } = registry()
    const { digest } = await push({ repository: await freshRepository(), tag: 'v1', seed: 'elsewhere' })
    const empty = await freshRepository()
    await push({ repository: empty, tag: 'other', seed: 'other' })
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: absentDigest, size: 2 },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: 2 }],
      }),
    )

    const put = writer.putManifest(empty, 'v1', { mediaType: 'application/vnd.oci.image.manifest.v1+json', bytes })
    const outcome = await put.catch(error => error)

    expect(outcome).toEqual(capabilities.refusesMissingBlobs ? expect.any(InvalidInputError) : undefined)
  })
}
