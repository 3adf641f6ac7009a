import type { Digest } from '../digest.ts'
import type { Image } from '../image.ts'
import type { GraphKeep } from './graph/graph-keep.ts'
import { isReferrer, type Listing, orderedTags } from './listing/listing.ts'
import type { Marks } from './marks.ts'
import { deletedSubject, followsSubject, outOfScope } from './out-of-scope.ts'
import type { TagScope } from './tag-scope.ts'
import { cosignSubject } from './versions/tag-kind.ts'

/** A tag that a sweep may remove, with the image it is on. */
export interface DoomedTag {
  readonly repository: string
  readonly tag: string
  readonly digest: Digest
  readonly reason: string
}

/** What is known of one repository once it is judged: enough to explain every image of it. */
export interface JudgedRepository {
  readonly listing: Listing
  readonly marks: Marks
  readonly graphKeep: GraphKeep
  readonly scope: TagScope | undefined
  /** Why images that nothing keeps are doomed. */
  readonly doomed: { readonly tagged: string; readonly untagged: string }
}

/**
 * The doomed tags of a repository (retention 23), ordered by digest and tag: all tags of doomed images; cosign tags
 * whose subject is doomed; and, on an image that stays only because of a tag outside of the scope, the tags inside.
 */
export const doomedTagsOf = (repository: JudgedRepository): DoomedTag[] => {
  const doomed: DoomedTag[] = []
  for (const place of repository.listing.order) {
    const image = repository.listing.images[place] as Image
    for (const tag of orderedTags(image)) {
      const reason = doomedReason(repository, place, tag)
      if (reason === undefined) continue
      doomed.push({ repository: repository.listing.repository, tag, digest: image.digest, reason })
    }
  }
  return doomed
}

const doomedReason = (repository: JudgedRepository, place: number, tag: string): string | undefined => {
  const { graphKeep, listing, marks, scope, doomed } = repository
  if (!graphKeep.isKept(place)) return reasonWhyDoomed(repository, place)
  const subject = cosignSubject(tag)
  const subjectPlace = subject === undefined ? undefined : listing.graph?.places.get(subject)
  if (subjectPlace !== undefined && !graphKeep.isKept(subjectPlace)) return `goes with its subject ${subject}`
  if (scope === undefined || marks.isKept(place) || graphKeep.isNeeded(place)) return undefined
  if (followsSubject(listing, tag) || !scope.covers(listing.repository, tag)) return undefined
  return doomed.tagged
}

/** Why nothing keeps an image. */
export const reasonWhyDoomed = (repository: JudgedRepository, place: number): string => {
  const { listing, doomed, scope } = repository
  if (isReferrer(listing, place)) {
    const subjects = (listing.graph?.subjects[place] ?? []).map(subject => listing.images[subject]?.digest)
    return `goes with its subject ${[...new Set(subjects)].sort().join(', ')}`
  }
  const deleted = scope && deletedSubject(listing, place, scope)
  if (deleted !== undefined) return `goes with its subject ${deleted}, which was deleted before`
  return listing.untagged[place] === 1 ? doomed.untagged : doomed.tagged
}

/** What keeps an image that no rule keeps: its scope, or its neighbours in the graph. */
export const graphReason = (
  repository: JudgedRepository,
  place: number,
): { readonly reason: string; readonly protectedBy: readonly string[] } => {
  const { listing, graphKeep, scope } = repository
  const keepers = graphKeep
    .keepersOf(place)
    .map(keeper => (listing.images[keeper] as Image).digest)
    .sort()
  const outside = scope && outOfScope(listing, place, scope)
  if (outside !== undefined) return { reason: outside, protectedBy: keepers }
  const others = keepers.length - 1
  return { reason: `needed by ${keepers[0]}${others > 0 ? ` and ${others} more` : ''}`, protectedBy: keepers }
}
