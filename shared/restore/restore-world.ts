import type { Digest } from '../domain/digest.ts'
import type { ImageRecord, Storage } from '../domain/records/images.ts'
import type { ArchivedManifest, ArchivedObject } from '../ports/platform.ts'
import type { Manifest, UnreadableTag } from '../ports/registry.ts'
import type { GoneBlob } from './restore-outcome.ts'

/** What a person asked for: one image of a repository, perhaps by one of its tags. */
export interface RestoreRoot {
  readonly digest: Digest
  /** Asked for by this name, so it comes back even if the archive does not know it as this image's. */
  readonly tag?: string
}

/** Images of one repository that are to be put back. */
export interface RestoreTarget {
  /** `host/path`, normalised. */
  readonly repository: string
  readonly registry: string
  readonly path: string
  readonly roots: readonly RestoreRoot[]
  /** Whoever asks has no say over what others deleted; absent where everything that belongs to the roots comes back. */
  readonly within?: RestoreBounds
}

/** What may come back with an image where a policy asks for it. */
export interface RestoreBounds {
  /** `cluster/namespace/name`: tags and objects that another policy deleted stay deleted. */
  readonly policy: string
  readonly cluster: string
  /** In which Repository objects may be created. */
  readonly namespaces: ReadonlySet<string>
}

/** One manifest that takes part: a root, or what a root leads to. */
export interface DeletedImage {
  readonly digest: Digest
  /** From the registry while it stands there, else from the archive; undefined where neither has it. */
  readonly manifest: Manifest | undefined
  readonly stands: boolean
  /** Where the registry keeps it, which has it and hands it out to nobody. */
  readonly storage?: Storage
  readonly archived: ArchivedManifest | undefined
  readonly record: ImageRecord | undefined
  /** Tags by which a person asked for it. */
  readonly named: readonly string[]
  /** Tags that were deleted with it, and those. */
  readonly tags: readonly string[]
  /** Repository objects that were deleted with it. */
  readonly objects: readonly ArchivedObject[]
  /** Why what the archive has cannot be used. */
  readonly problem?: string
}

/** What was read of one manifest, before it is known what comes back with it. */
export type ReadImage = Omit<DeletedImage, 'named' | 'tags' | 'objects'>

/** Where a tag points now, and where it pointed last before it was deleted. */
export interface TagState {
  readonly now?: Digest | UnreadableTag
  /** Set where that is another image which is known, so that the tag is not ours to move. */
  readonly lastElsewhere?: Digest
}

/** Everything that was read before the first thing is put back. */
export interface RestoreWorld {
  readonly images: ReadonlyMap<Digest, DeletedImage>
  /** The images whose signature, SBOM or other referrer this one is, among `images`. */
  readonly subjectsOf: ReadonlyMap<Digest, ReadonlySet<Digest>>
  /** What is gone for good of what a manifest needs; no entry where everything is in the registry or in the archive. */
  readonly gone: ReadonlyMap<Digest, readonly GoneBlob[]>
  /** What the archive holds in the place of the registry, of manifests of which nothing is gone for good. */
  readonly toUpload: ReadonlyMap<Digest, readonly GoneBlob[]>
  /** Until when the archive holds all that a manifest needs which does not stand; no entry where it does not. */
  readonly archivedUntil: ReadonlyMap<Digest, Date>
  /** By `digest` of the image and tag: two images may once have had one tag. */
  readonly tags: ReadonlyMap<Digest, ReadonlyMap<string, TagState>>
  /** `cluster/namespace/name` of the Repository objects that are there, among those that were deleted. */
  readonly objectsThere: ReadonlySet<string>
}

/** `cluster/namespace/name`, as people read it. */
export const nameOfObject = ({ cluster, metadata }: ArchivedObject): string =>
  `${cluster}/${metadata.namespace}/${metadata.name}`
