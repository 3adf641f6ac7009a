import { buffer } from 'node:stream/consumers'
import pMap from 'p-map'
import { expect, it } from 'vitest'
import type { Digest } from '../../shared/domain/digest.ts'
import { factsOf } from '../../shared/domain/providers/providers.ts'
import { ConflictError, InvalidInputError } from '../../shared/errors.ts'
import type { Manifest } from '../../shared/ports/registry.ts'
import { readManifest } from '../support/readable.ts'
import { deleteWhole, type RegistryUnderTest } from './registry-under-test.ts'

/** The list keeps to the page size that its provider states. */
export function pagingContract(registry: () => RegistryUnderTest): void {
  it('lists one image more than a page holds, each once, with a request a page and one to spare', async ({ skip }) => {
    const { provider, reader, writer, push, freshRepository, requests } = registry()
    if (!requests) return skip()
    const repository = await freshRepository()
    const { pageSize } = factsOf(provider)
    const { digest } = await push({ repository, tag: 'first' })
    const manifest = await readManifest(reader, repository, digest as Digest)
    const tags = Array.from({ length: pageSize }, (_, at) => `v${at}`)
    await pMap(tags, tag => writer.putManifest(repository, tag, variantOf(manifest, tag)), { concurrency: 16 })
    const before = requests()

    const listing = await reader.listRepository(repository)

    expect(requests() - before).toBeLessThanOrEqual(Math.ceil((pageSize + 1) / pageSize) + 1)
    expect(listing.tags.map(({ tag }) => tag).toSorted()).toEqual(['first', ...tags].toSorted())
  })
}

/** The same blobs under another digest. */
function variantOf({ bytes, mediaType }: Manifest, name: string): { mediaType: string; bytes: Uint8Array } {
  const variant = { ...JSON.parse(Buffer.from(bytes).toString()), annotations: { name } }
  return { mediaType, bytes: Buffer.from(JSON.stringify(variant)) }
}

/** What goes with a delete is what the provider's facts say, and no more. */
export function takingAlongContract(registry: () => RegistryUnderTest): void {
  it('of an index takes its untagged children along where the facts say so, and no others', async ({ skip }) => {
    const { provider, reader, writer, push, freshRepository, capabilities } = registry()
    if (capabilities.keepsDigests) return skip()
    const repository = await freshRepository()
    const platforms = ['linux/amd64', 'linux/arm64']
    const index = await push({ repository, tag: 'v1', platforms })
    const [tagged, untagged] = index.children.map(child => child.digest as Digest) as [Digest, Digest]
    await writer.putManifest(repository, 'child', await readManifest(reader, repository, tagged))

    const deletion = await deleteWhole({ reader, writer }, repository, index.digest as Digest)

    expect(deletion).toEqual({ outcome: 'deleted' })
    expect(await reader.hasManifest(repository, tagged)).toBe(true)
    const { untagged: fate } = factsOf(provider)
    // What is collected may be there for weeks, or be handed out no more at once.
    if (fate !== 'collected') expect(await reader.hasManifest(repository, untagged)).toBe(fate === 'stays')
  })

  it('of a child leaves it with its index, or is obeyed', async ({ skip }) => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    if (capabilities.keepsDigests) return skip()
    const repository = await freshRepository()
    const index = await push({ repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })
    const child = index.children[0]?.digest as Digest

    const deletion = await writer.deleteManifest(repository, child)

    const kept = { outcome: 'kept', reason: expect.stringContaining('an index refers to') }
    expect(deletion).toEqual(capabilities.holdsChildren ? kept : { outcome: 'deleted' })
    expect(await reader.hasManifest(repository, child)).toBe(capabilities.holdsChildren)
  })

  it('of an image takes what is attached to it along, or leaves it', async ({ skip }) => {
    const { reader, writer, push, freshRepository, capabilities } = registry()
    if (capabilities.keepsDigests) return skip()
    const repository = await freshRepository()
    const image = await push({ repository, tag: 'v1' })
    await push({ repository, tag: 'other', seed: 'other' })
    const sbom = await push({ repository, subject: image, artifactType: 'application/vnd.example.sbom' })

    const deletion = await deleteWhole({ reader, writer }, repository, image.digest as Digest)

    expect(deletion).toEqual({ outcome: 'deleted' })
    expect(await reader.hasManifest(repository, sbom.digest as Digest)).toBe(!capabilities.referrersGoAlong)
  })
}

/** Immutability, where a registry has it. */
export function lockingContract(registry: () => RegistryUnderTest): void {
  it('is told of and kept where it holds deletes, and deleted as any other where it holds moves alone', async ({
    skip,
  }) => {
    const { reader, writer, push, freshRepository, lockTag, capabilities } = registry()
    if (!lockTag) return skip()
    const repository = await freshRepository()
    const pushed = await push({ repository, tag: 'locked', seed: 'locked' })
    const free = await push({ repository, tag: 'free', seed: 'free' })
    await push({ repository, tag: 'other', seed: 'locked' })
    lockTag(repository, 'locked')
    await writer.listRepository(repository)

    const told = await writer.findRefusal?.(repository, ['other', 'locked'])
    const ofTag = await writer.deleteTag(repository, 'locked', pushed.digest as Digest)
    const ofImage = await writer.deleteManifest(repository, pushed.digest as Digest)

    const isHeld = capabilities.locks === 'deletes'
    expect(told?.includes('locked')).toBe(isHeld || undefined)
    expect([ofTag.outcome, ofImage.outcome]).toEqual(isHeld ? ['kept', 'kept'] : ['deleted', 'deleted'])
    expect(await reader.hasManifest(repository, pushed.digest as Digest)).toBe(isHeld)
    expect(await writer.findRefusal?.(repository, ['free'])).toBeUndefined()
    expect(await writer.deleteManifest(repository, free.digest as Digest)).toEqual({ outcome: 'deleted' })
  })

  it('is put on no other image by a restore', async ({ skip }) => {
    const { reader, writer, push, freshRepository, lockTag, capabilities } = registry()
    if (!lockTag || capabilities.locks !== 'moves') return skip()
    const repository = await freshRepository()
    const pushed = await push({ repository, tag: 'locked', seed: 'locked' })
    const other = await push({ repository, tag: 'other', seed: 'other' })
    lockTag(repository, 'locked')
    const manifest = await readManifest(reader, repository, other.digest as Digest)

    const put = writer.putManifest(repository, 'locked', manifest).catch(error => error)

    expect(await put).toBeInstanceOf(ConflictError)
    expect(await reader.findTag(repository, 'locked')).toBe(pushed.digest)
  })
}

/** What a registry collects, when, and what brings an image back then. */
export function collectingContract(registry: () => RegistryUnderTest): void {
  it('is told of by what is known of its provider', async () => {
    const { provider, writer, capabilities } = registry()

    const collection = await writer.findCollection?.()

    expect(factsOf(provider).restorableUntil('registry.example.com', collection)).toContain(capabilities.collects)
  })

  it('leaves a deleted image that is put back before it, and takes the blobs of one that is not', async ({ skip }) => {
    const { reader, writer, push, freshRepository, collectGarbage } = registry()
    if (!collectGarbage) return skip()
    const repository = await freshRepository()
    const back = await push({ repository, tag: 'back', seed: `${repository} back` })
    const gone = await push({ repository, tag: 'gone', seed: `${repository} gone` })
    const manifests = await Promise.all(
      [back, gone].map(image => readManifest(reader, repository, image.digest as Digest)),
    )
    const [ofBack, ofGone] = manifests as [Manifest, Manifest]
    for (const { digest } of manifests) await writer.deleteManifest(repository, digest)
    await writer.putManifest(repository, 'back', ofBack)

    await collectGarbage()

    const has = (manifest: Manifest) =>
      Promise.all((manifest.blobs ?? []).map(blob => writer.hasBlob(repository, blob.digest)))
    expect(await reader.findTag(repository, 'back')).toBe(back.digest)
    expect([await has(ofBack), await has(ofGone)]).toEqual([
      [true, true],
      [false, false],
    ])
    const put = writer.putManifest(repository, 'gone', ofGone).catch(error => error)
    expect(await put).toBeInstanceOf(InvalidInputError)
  })

  it('is made good by the layers, with which the manifest is taken again', async ({ skip }) => {
    const { reader, writer, push, freshRepository, collectGarbage } = registry()
    if (!collectGarbage) return skip()
    const repository = await freshRepository()
    const { digest } = await push({ repository, tag: 'v1', seed: `${repository} v1` })
    await push({ repository, tag: 'stays', seed: `${repository} stays` })
    const manifest = await readManifest(reader, repository, digest as Digest)
    const layers = await pMap(manifest.blobs ?? [], async blob => {
      const read = await writer.readBlob(repository, blob, buffer)
      return { blob, bytes: read?.value ?? Buffer.alloc(0) }
    })
    await writer.deleteManifest(repository, digest as Digest)
    await collectGarbage()

    for (const { blob, bytes } of layers)
      await writer.putBlob(repository, blob, async function* () {
        yield bytes
      })
    await writer.putManifest(repository, 'v1', manifest)

    expect(await reader.findTag(repository, 'v1')).toBe(digest)
    expect(await reader.hasManifest(repository, digest as Digest)).toBe(true)
  })
}
