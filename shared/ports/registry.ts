import type { RegistryCopies } from '../domain/copies/registry-copies.ts'
import type { Digest } from '../domain/digest.ts'
import type { Blob } from '../domain/image.ts'
import type { GarbageCollection } from '../domain/providers/provider.ts'
import type { Storage } from '../domain/records/images.ts'
import type { RegistryRules } from '../domain/registry-rules/registry-rules.ts'

/** What is there and cannot be understood: it is kept with whatever it may refer to, and costs its neighbours nothing. */
export interface Unreadable {
  /** Why, for people. */
  readonly unreadable: string
  /** Every digest that its bytes name; absent where that is not known, so that it may refer to anything. */
  readonly mayReferTo?: readonly Digest[]
}

/** A tag of which it is not known, or cannot be said here, at which digest it points. */
export type UnreadableTag = Unreadable

/** A manifest of which nothing but its digest is understood. */
export interface UnreadableManifest extends Unreadable {
  readonly digest: Digest
}

/** A tag as a registry lists it. Plain OCI registries give the name alone; ECR and Harbor give the rest as well. */
export interface ListedTag {
  readonly tag: string
  readonly digest?: Digest
  readonly pushedAt?: Date
  /** When the tag was put where it is, which may be long after the push of its image. */
  readonly taggedAt?: Date
  /** When it was last pulled, our own reads among the pulls where `countsPulls`. */
  readonly pulledAt?: Date
  /** Why the registry would not hand out its manifest: it need not be asked for. */
  readonly unreadable?: string
  /** Where the registry keeps it, if it tells: what is `active` is handed out. */
  readonly storage?: 'active' | Storage
}

/** An image that a registry lists under no tag. Only registries with an API of their own can list these. */
export type ListedImage = Omit<ListedTag, 'tag' | 'taggedAt'> & { readonly digest: Digest }

/** A name in a list that cannot be one of a tag: it is asked for nowhere, and may point at anything. */
export interface OddName {
  readonly name: string
  readonly unreadable: string
}

/** Everything a registry lists of one repository, all pages of it. `untagged` is absent where it cannot be listed. */
export interface RepositoryListing {
  readonly tags: readonly ListedTag[]
  readonly untagged?: readonly ListedImage[]
  readonly unreadable?: readonly OddName[]
  /** What the list itself says of manifests, which then need not be read. */
  readonly described?: ReadonlyMap<Digest, DescribedManifest>
  /** What people should know of how it was read. */
  readonly note?: string
}

/** What a registry tells of a manifest by an API of its own, without handing it out. */
export interface DescribedManifest {
  /** `blobs` and `config` are absent where only the manifest itself names them. */
  readonly manifest: Omit<Manifest, 'bytes'>
  readonly config?: ImageConfig
  /** Those that the registry knows; also what refers to it by the tag schema, where it knows that. */
  readonly referrers: readonly Referrer[]
}

/** `untold`: the registry has it, and only its manifest says what it is. */
export type ToldManifest = DescribedManifest | UnreadableManifest | 'untold'

/** A manifest whose bytes hash to its digest, with what the graph needs of it. */
export interface Manifest {
  readonly digest: Digest
  readonly mediaType: string
  readonly bytes: Uint8Array
  /** Child digests of an index, in order; absent for an image manifest. */
  readonly children?: readonly Digest[]
  readonly subject?: Digest
  readonly artifactType?: string
  /** The config and layers of an image manifest; absent for an index. */
  readonly blobs?: readonly Blob[]
  /** Config and layers together, or the sum of an index's children as it states them. */
  readonly sizeBytes: number
  /** Digest of the config blob of an image manifest. */
  readonly config?: Digest
}

/** What the config blob says of an image. `createdAt` may be 1970, 1980 or 9999: see `reproducible builds`. */
export interface ImageConfig {
  readonly createdAt?: Date
  readonly os?: string
  readonly architecture?: string
  readonly variant?: string
}

/** A manifest that names another as its subject. */
export interface Referrer {
  readonly digest: Digest
  readonly mediaType: string
  readonly artifactType?: string
}

export interface ReferrersOptions {
  /** False where a list of the tags shows that no referrers tag is there: then it is not asked for. Default true. */
  readonly hasReferrersTag?: boolean
  /**
   * For a caller that would rather know too little than nothing: a place that fails counts as having none, and a
   * registry that was found not to have the referrers API is not asked again for a day. Never before a deletion: then
   * it is asked several times, for each repository and minute anew.
   */
  readonly isBestEffort?: boolean
}

/** What a registry itself counts of a part of it: each blob once, whoever else uses the part. */
export interface StorageQuota {
  /** How the paths of all its repositories begin, without a slash at the end. */
  readonly scope: string
  readonly usedBytes: number
  /** Absent where it has no limit. */
  readonly capacityBytes?: number
}

/** `absent`: it has no such image. */
export type Archiving =
  | { readonly outcome: 'archived' | 'absent' }
  | { readonly outcome: 'kept'; readonly reason: string }

/** Where an image is that was to come out of the registry's archive; it is not handed out while it is `activating`. */
export type Activation =
  | { readonly outcome: 'active' | 'activating' | 'absent' }
  | { readonly outcome: 'kept'; readonly reason: string }

/** What a registry does that keeps images which it hands out to nobody, and gives them back whole. */
export interface RegistryArchive {
  /** Where it keeps the image; undefined where it has none of that digest. */
  findStorage(repository: string, digest: Digest): Promise<'active' | Storage | undefined>
  /** Moves the image there, its tags staying on it. One that is there already is no error. */
  archiveManifest(repository: string, digest: Digest): Promise<Archiving>
  /** Asks for it back. One that is back, or on its way, is no error. */
  activateManifest(repository: string, digest: Digest): Promise<Activation>
}

/** How a call at `/v2/` went: round-trip time in milliseconds. */
export interface RegistryCheck {
  readonly latencyMs: number
}

/**
 * Reads one registry. `repository` is the path inside it (`myapp/myapp`).
 *
 * All throw AccessDeniedError (401, 403), UnavailableError (timeout, 408, 429, 5xx, DNS, TLS, reset, half a body) and
 * InvalidInputError (an answer that is not what the protocol says, named in the message). Such an answer about one tag or
 * one manifest is no error: that one is unreadable.
 */
export interface RegistryReader {
  /** True where handing out a manifest counts as a pull, ours too; a HEAD and a list never do. */
  readonly countsPulls: boolean
  /** Proves that the credentials are accepted. */
  checkAccess(): Promise<RegistryCheck>
  /**
   * The paths of the repositories that this credential may know of, each once, as the registry gives them; those that are no
   * paths are left out. Every page, or as many as hold `atMost`, or a throw: AccessDeniedError or NotFoundError where it lists
   * them to nobody, or not to us. Those that are wanted are below the path `below`: a registry without a list of all lists
   * these, others list more.
   */
  listRepositories(atMost?: number, below?: string): Promise<readonly string[]>
  /** Every page, or a throw. A repository that does not exist is a NotFoundError. */
  listRepository(repository: string): Promise<RepositoryListing>
  /**
   * True where the last list of the repository told each pull soon after it, so that none told is none made. Absent for
   * registries that tell within a day, or never.
   */
  tellsPulls?(repository: string): Promise<boolean>
  /** Undefined where it is not told; absent for registries that tell none. */
  findQuota?(repository: string): Promise<StorageQuota | undefined>
  /** The digest a tag points at now, from a HEAD of its own; undefined only on a 404. */
  findTag(repository: string, tag: string): Promise<Digest | UnreadableTag | undefined>
  /**
   * The same with the manifest in one request, where that can be read and is of usual size; else as `findTag` answers. Absent
   * where lists give the digests, and where a registry counts what it hands out as a pull.
   */
  findTaggedManifest?(repository: string, tag: string): Promise<Manifest | Digest | UnreadableTag | undefined>
  /** The manifest, verified against its digest; undefined only on a 404. */
  findManifest(repository: string, digest: Digest): Promise<Manifest | UnreadableManifest | undefined>
  /**
   * What the registry says of a manifest without handing it out; undefined only where it has none. Absent where there is no
   * such way.
   */
  describeManifest?(repository: string, digest: Digest): Promise<ToldManifest | undefined>
  /** False only on a 404. A HEAD or its like: registries count a GET as a pull. */
  hasManifest(repository: string, digest: Digest): Promise<boolean>
  /** The config blob of an image; undefined when the registry no longer has it or it is not JSON. */
  findConfig(repository: string, digest: Digest): Promise<ImageConfig | undefined>
  /**
   * From the referrers API and from the referrers tag schema, both; empty when there are none. A place that answers what is
   * no list of referrers, or that may not be read, counts as having none.
   */
  listReferrers(repository: string, digest: Digest, options?: ReferrersOptions): Promise<readonly Referrer[]>
  /**
   * The rules by which the registry deletes images of the repository by itself; undefined where it has none. Absent where
   * a registry has no such rules, or no way to read them. AccessDeniedError where only these may not be read.
   */
  findOwnRules?(repository: string): Promise<RegistryRules | undefined>
  /**
   * The images that the registry copies by itself: to other registries, and from others that are pulled through it. Absent where
   * none of the kind does, or tells. What may not be read is told as refused.
   */
  findCopies?(): Promise<RegistryCopies>
}

/**
 * How the delete of one tag ended. `kept` is an answer, not an error: the reason is shown to people. `isAccepted` where
 * the registry said that it does it, and it is still there.
 */
export type TagDeletion =
  | { readonly outcome: 'deleted'; readonly by: 'tag-api' | 'oci' | 'dummy' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'kept'; readonly reason: string; readonly isAccepted?: true }

/**
 * How the delete of a tag was answered, without a look afterwards whether it is done. `unsupported`: it changed
 * nothing, and would not with another tag.
 */
export type Untagging = TagDeletion | { readonly outcome: 'accepted' } | { readonly outcome: 'unsupported' }

/** ECR removes an image with its last tag: that is refused unless the digest is to be deleted as well. */
export interface TagDeletionOptions {
  readonly lastTagGoesWithDigest: boolean
}

/** How the delete of one manifest ended. */
export type ManifestDeletion =
  | { readonly outcome: 'deleted' }
  | { readonly outcome: 'absent' }
  /** `tagsFirst` where the registry refuses a digest as long as tags are on it. */
  | { readonly outcome: 'kept'; readonly reason: string; readonly tagsFirst?: boolean; readonly isAccepted?: true }

/** Deletes in, and restores to, one registry. Only sweep-execute and `shelflife restore` hold one. */
export interface RegistryWriter extends RegistryReader {
  /**
   * Deletes the tag if it still points at `digest`, by the first way of the ladder that the registry accepts, and never
   * touches a sibling tag's digest: the registry's own tag API; OCI tag DELETE accepting only 202; where that is refused
   * for any tag alike, a unique dummy manifest pushed over the tag and deleted by its digest; else `kept`.
   */
  deleteTag(repository: string, tag: string, digest: Digest, options?: TagDeletionOptions): Promise<TagDeletion>
  /**
   * Deletes the tag if it still points at `digest`, by the registry's own delete of tags and no other way, for a caller
   * that lists the repository afterwards. Absent where it is of no use: a registry that looks through all tags of a
   * repository for each digest that is deleted is done sooner when they are off before.
   */
  untag?(repository: string, tag: string, digest: Digest): Promise<Untagging>
  /**
   * Why the registry would refuse to delete an image with these tags, as far as its last list said so: then nothing of it
   * is read for that. Absent where lists say nothing of it.
   */
  findRefusal?(repository: string, tags: readonly string[]): Promise<string | undefined>
  /** Deletes by digest. The registry drops every tag that still points at it: the caller has seen to that. */
  deleteManifest(repository: string, digest: Digest): Promise<ManifestDeletion>
  /** The registry's own archive; absent where it has none. */
  readonly archive?: RegistryArchive
  /** Undefined where this credential may not know it; absent where no registry of this kind tells. */
  findCollection?(): Promise<GarbageCollection | undefined>
  /** True while the repository has this config or layer, so that a manifest that needs it can be put back. */
  hasBlob(repository: string, digest: Digest): Promise<boolean>
  /**
   * Hands the bytes of a config or layer to `use` as they come, at most about as many as its size; whether they hash to its
   * digest is for whoever takes them to see. Answers what `use` gives; undefined only on a 404, and then `use` is not called.
   * What `use` throws passes as it is. No pull is counted.
   */
  readBlob<T>(
    repository: string,
    blob: Blob,
    use: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<{ readonly value: T } | undefined>
  /**
   * Uploads a config or layer, which `open` reads from its beginning, each time anew. The registry compares the digest;
   * one that it has already is no error.
   */
  putBlob(repository: string, blob: Blob, open: () => AsyncIterable<Uint8Array>): Promise<void>
  /** Pushes a manifest back by digest, or under a tag. InvalidInputError when blobs or children are gone. */
  putManifest(repository: string, reference: string, manifest: { mediaType: string; bytes: Uint8Array }): Promise<void>
}

/** User name and password, or a token, for one exact host. */
export interface RegistryCredential {
  readonly username: string
  readonly password: string
  /** For its own API, where that takes another. */
  readonly apiToken?: string
}
