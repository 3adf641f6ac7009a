/**
 * What becomes of a manifest that no tag is on, though nobody deletes it:
 * - `stays`: nothing; it is there until its digest is deleted
 * - `goes-with-index`: it is deleted with the last index that has it as a child
 * - `collected`: the registry removes it by itself once no tag and no index leads to it
 */
export type UntaggedManifests = 'stays' | 'goes-with-index' | 'collected'

/** What a registry does of its own accord, as far as that decides what may be deleted there. */
export interface RegistryFacts {
  readonly untagged: UntaggedManifests
  /** Deletes with an image what refers to it; one that deletes children with their index does that too. */
  readonly takesReferrers?: true
  /** It has an archive of its own, from which an image comes back whole. */
  readonly hasArchive?: true
  /** It copies images to others of its kind, or from registries that are pulled through it. */
  readonly copiesImages?: true
}

/** True where the delete of an image is that of its signatures, and of all else that refers to it. */
export const takesReferrers = (registry: RegistryFacts): boolean =>
  registry.takesReferrers === true || registry.untagged === 'goes-with-index'

/** True where something may go with an image that is deleted, at once or by and by. */
export const takesAlong = (registry: RegistryFacts): boolean =>
  registry.untagged !== 'stays' || takesReferrers(registry)

/** What people read of an untagged image that stays, where its registry does not let it stay. */
export const collectedFact = 'the registry removes untagged images by itself: nothing here can keep it there'
