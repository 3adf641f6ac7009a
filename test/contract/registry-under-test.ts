import type { ImageToPush, PushedImage } from '../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import type { RegistryProvider } from '../../shared/domain/providers/providers.ts'
import type { ManifestDeletion, RegistryReader, RegistryWriter } from '../../shared/ports/registry.ts'

/** One registry with a reader and a writer of it, and what it is known to be able to do. */
export interface RegistryUnderTest {
  /** Whose facts it keeps. */
  readonly provider: RegistryProvider
  readonly reader: RegistryReader
  readonly writer: RegistryWriter
  /** Pushes with a client that is not ours to test. */
  push(image: ImageToPush): Promise<PushedImage>
  /** Pulls as others do; only where the registry `tellsTimes`. */
  pull?(repository: string, reference: string): Promise<void>
  /** The path of a repository that has nothing yet; made first where pushes do not make it. */
  freshRepository(): Promise<string>
  /** How many requests of ours it has got; where it is not known the budget of a list is not looked at. */
  requests?(): number
  /** Has a tag stay, in the way that this registry has for that. */
  lockTag?(repository: string, tag: string): void
  /** What the registry does by itself: blobs that nothing needs go for good. */
  collectGarbage?(): Promise<unknown>
  readonly capabilities: {
    /** The rung of the ladder that this registry accepts. */
    readonly tagDeletion: 'tag-api' | 'oci' | 'dummy'
    /** True where an image goes with its last tag, so that the last tag is kept unless told otherwise. */
    readonly lastTagHoldsImage: boolean
    /** Present where it tells which repositories there are. */
    readonly listsRepositories?: boolean
    /** True where the listing gives digests and untagged images as well. */
    readonly listsDigests: boolean
    /** True where the listing tells when what was pushed and pulled. */
    readonly tellsTimes: boolean
    /** True where the registry tells what manifests are without handing them out. */
    readonly describes: boolean
    /** True where it deletes tags alone, and no image by its digest. */
    readonly keepsDigests?: true
    /** True where the listing gives digests, and untagged images all the same not. */
    readonly hidesUntagged?: true
    /** True where it deletes no image that an index refers to. */
    readonly holdsChildren: boolean
    /** True where what has an image as its subject is deleted with it. */
    readonly referrersGoAlong: boolean
    /** What a locked tag cannot be: deleted, or put on another image. */
    readonly locks?: 'deletes' | 'moves'
    /** What it says of when its garbage is collected. */
    readonly collects: string
    /** False for the old registries that know referrers by their tag alone. */
    readonly listsReferrersByApi: boolean
    /** False for an emulator that keeps configs where nothing reaches them. */
    readonly servesConfigs: boolean
    /** False for an emulator that deletes an image with any one of its tags. */
    readonly keepsSiblings: boolean
    /** False where blobs go at once with the last image of the repository that needs them; default true. */
    readonly keepsBlobs?: boolean
    /** False for an emulator that stores any manifest. */
    readonly refusesMissingBlobs: boolean
  }
  close(): Promise<void>
}

export const absentDigest: Digest = `sha256:${'0'.repeat(64)}`
export const ociIndex = 'application/vnd.oci.image.index.v1+json'

/** As a sweep deletes an image: by its digest, and by its tags first where the registry wants that. */
export async function deleteWhole(
  { reader, writer }: Pick<RegistryUnderTest, 'reader' | 'writer'>,
  repository: string,
  digest: Digest,
): Promise<ManifestDeletion> {
  const deletion = await writer.deleteManifest(repository, digest)
  if (deletion.outcome !== 'kept' || !deletion.tagsFirst) return deletion
  for (const { tag } of (await reader.listRepository(repository)).tags)
    if ((await reader.findTag(repository, tag)) === digest) await writer.deleteTag(repository, tag, digest)
  return writer.deleteManifest(repository, digest)
}
