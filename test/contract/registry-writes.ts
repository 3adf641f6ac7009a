import { buffer } from 'node:stream/consumers'
import pMap from 'p-map'
import { expect, it } from 'vitest'
import { digestOf } from '../../shared/adapters/registry/manifest.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { factsOf } from '../../shared/domain/providers/providers.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { Manifest, RegistryWriter } from '../../shared/ports/registry.ts'
import { readManifest } from '../support/readable.ts'
import { absentDigest, deleteWhole, type RegistryUnderTest } from './registry-under-test.ts'

/** What deletes and restores owe. */
export function deletingContract(registry: () => RegistryUnderTest): void {
  it('has an archive of its own where its facts say so, and else is asked for nothing under action Archive', () => {
    const { provider, writer } = registry()

    expect(writer.archive !== undefined).toBe(factsOf(provider).hasArchive === true)
  })

  it('archives an image with its tag, lists it as archived, and asks for it back', async ({ skip }) => {
    const { reader, writer, push, freshRepository } = registry()
    if (!writer.archive) return skip()
    const { findStorage, archiveManifest, activateManifest } = writer.archive
    const repository = await freshRepository()
    const digest = (await push({ repository, tag: 'v1' })).digest as Digest

    const ended = [await archiveManifest(repository, digest), await archiveManifest(repository, digest)]
    const { tags } = await reader.listRepository(repository)
    const back = await activateManifest(repository, digest)

    expect(ended).toEqual([{ outcome: 'archived' }, { outcome: 'archived' }])
    expect(tags).toMatchObject([{ tag: 'v1', digest, storage: 'archived' }])
    expect(back).toEqual({ outcome: 'activating' })
    expect(await findStorage(repository, digest)).toBe('activating')
    expect(await archiveManifest(repository, absentDigest)).toEqual({ outcome: 'absent' })
  })

  it('I3 of one tag leaves its sibling and their digest', async () => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'unwanted', seed: 'shared' })
    await push({ repository, tag: 'sibling', seed: 'shared' })

    const deletion = await writer.deleteTag(repository, 'unwanted', digest as Digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: capabilities.tagDeletion })
    expect(await reader.findTag(repository, 'unwanted')).toBeUndefined()
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

  it('that takes a tag off leaves its digest, or says that it cannot', async ({ skip }) => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    if (!writer.untag) return skip()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'v1', seed: 'v1' })
    const moved = await push({ repository, tag: 'v2', seed: 'v2' })

    const off = await writer.untag(repository, 'v1', digest as Digest)

    const isTaken = capabilities.tagDeletion === 'oci'
    expect(off).toEqual({ outcome: isTaken ? 'accepted' : 'unsupported' })
    const listed = (await reader.listRepository(repository)).tags.map(({ tag }) => tag).sort()
    expect(listed).toEqual(isTaken ? ['v2'] : ['v1', 'v2'])
    expect(await reader.findManifest(repository, digest as Digest)).toBeDefined()
    const elsewhere = await writer.untag(repository, 'v2', digest as Digest)
    expect(elsewhere).toEqual({ outcome: 'kept', reason: `tag moved to ${moved.digest}` })
    expect(await writer.untag(repository, 'v3', digest as Digest)).toEqual({ outcome: 'absent' })
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

  it('of a digest is refused where tags alone can be deleted, and is an absence where it is not there', async ({
    skip,
  }) => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    if (!capabilities.keepsDigests) return skip()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'v1' })

    const deletions = [
      await writer.deleteManifest(repository, digest as Digest),
      await writer.deleteManifest(repository, absentDigest),
    ]

    expect(deletions).toEqual([{ outcome: 'kept', reason: expect.any(String), tagsFirst: true }, { outcome: 'absent' }])
    expect(await reader.findTag(repository, 'v1')).toBe(digest)
  })

  it('of a digest is seen to be done, and is an absence the second time', async ({ skip }) => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    if (capabilities.keepsDigests) return skip()
    const repository = await freshRepository()
    const toDelete = await push({ repository, tag: 'unwanted', seed: 'unwanted' })
    const other = await push({ repository, tag: 'other', seed: 'other' })

    const first = await deleteWhole({ reader, writer }, repository, toDelete.digest as Digest)
    const second = await writer.deleteManifest(repository, toDelete.digest as Digest)

    expect([first, second]).toEqual([{ outcome: 'deleted' }, { outcome: 'absent' }])
    expect(await reader.findManifest(repository, toDelete.digest as Digest)).toBeUndefined()
    expect(await reader.findTag(repository, 'unwanted')).toBeUndefined()
    expect(await reader.findTag(repository, 'other')).toBe(other.digest)
  })
}

/** What archives and restores of layers owe. */
export function blobContract(registry: () => RegistryUnderTest): void {
  const pushed = async () => {
    const { reader, push, freshRepository } = registry()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'v1', seed: repository })
    const { blobs = [] } = await readManifest(reader, repository, digest as Digest)
    return { repository, blobs, empty: await freshRepository() }
  }

  it('hands out each blob, and takes it in another repository', async ({ skip }) => {
    const { writer, capabilities } = registry()
    if (!capabilities.servesConfigs) return skip()
    const { repository, blobs, empty } = await pushed()

    for (const blob of blobs) {
      const read = await writer.readBlob(repository, blob, chunks => buffer(chunks))
      if (!read) throw new Error(`expected the blob ${blob.digest}`)
      expect(digestOf(read.value)).toBe(blob.digest)
      await writer.putBlob(empty, blob, () => of(read.value))
      expect(await writer.hasBlob(empty, blob.digest)).toBe(true)
    }

    expect(blobs).toHaveLength(2)
    expect(await writer.readBlob(repository, { digest: absentDigest, sizeBytes: 10 }, buffer)).toBeUndefined()
  })

  it('B17 takes no blob whose bytes are others', async ({ skip }) => {
    const { writer, capabilities } = registry()
    if (!capabilities.servesConfigs) return skip()
    const { empty } = await pushed()
    const blob = { digest: digestOf(Buffer.from(`meant ${empty}`)), sizeBytes: 6 }

    const failure = await writer.putBlob(empty, blob, () => of(Buffer.from('others'))).catch(error => error)

    expect(failure).toBeInstanceOf(InvalidInputError)
    expect(await writer.hasBlob(empty, blob.digest)).toBe(false)
  })
}

/** Keeps the blobs of a manifest, as an archive of layers does; what it answers puts them back. */
async function keepBlobs(writer: RegistryWriter, repository: string, { blobs = [] }: Manifest) {
  const kept = await pMap(blobs, async blob => {
    const read = await writer.readBlob(repository, blob, chunks => buffer(chunks))
    return { blob, bytes: read?.value ?? Buffer.alloc(0) }
  })
  return () => pMap(kept, ({ blob, bytes }) => writer.putBlob(repository, blob, () => of(bytes)))
}

async function* of(bytes: Uint8Array) {
  yield bytes
}

export function puttingContract(registry: () => RegistryUnderTest): void {
  it('brings a deleted image back under its tag and its digest', async () => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'v1' })
    const manifest = await readManifest(reader, repository, digest as Digest)
    const putBlobsBack = capabilities.keepsBlobs === false ? await keepBlobs(writer, repository, manifest) : undefined
    await deleteWhole({ reader, writer }, repository, digest as Digest)

    await putBlobsBack?.()
    await writer.putManifest(repository, digest, manifest)
    await writer.putManifest(repository, 'v1', manifest)

    expect(await reader.findTag(repository, 'v1')).toBe(digest)
    expect((await readManifest(reader, repository, digest as Digest)).bytes).toEqual(manifest.bytes)
  })

  it('knows the configs and layers that are there from those that are not', async () => {
    const { reader, writer, push, freshRepository } = registry()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'v1' })
    const manifest = await readManifest(reader, repository, digest as Digest)
    const blobs = (manifest.blobs ?? []).map(blob => blob.digest)

    const there = await Promise.all(blobs.map(blob => writer.hasBlob(repository, blob)))

    expect(there).toEqual([true, true])
    expect(await writer.hasBlob(repository, absentDigest)).toBe(false)
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
