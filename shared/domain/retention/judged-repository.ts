import type { Digest } from '../digest.ts'
import type { Image } from '../image.ts'
import type { UntaggedManifests } from '../registry-facts.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import type { GraphKeep } from './graph/graph-keep.ts'
import type { RuleSetTags } from './judging.ts'
import type { Keeps } from './keeps.ts'
import { isReferrer, type Listing, orderedTags } from './listing/listing.ts'
import { deletedSubject, followsSubject, outOfScope } from './out-of-scope.ts'
import { isUntagged } from './read-tags.ts'
import type { TagScope } from './tag-scope.ts'
import { attachedSubject } from './versions/tag-kind.ts'

/** A tag that a sweep may remove, with the image it is on. */
export interface TagToDelete {
  readonly repository: string
  readonly tag: string
  readonly digest: Digest
  readonly reason: string
}

/** What is known of one repository once it is judged: enough to explain every image of it. */
export interface JudgedRepository {
  readonly listing: Listing
  readonly nowMs: number
  readonly keeps: Keeps
  readonly graphKeep: GraphKeep
  readonly scope: TagScope | undefined
  readonly policies: readonly CompiledPolicy[]
  /** What the policies say of every image that they do not keep, where they say one thing. */
  readonly commonReasons: DeletionReasons | undefined
  /** What each rule set of each policy applies to. */
  readonly ruleSetTags: readonly (readonly RuleSetTags[])[]
  readonly untagged: UntaggedManifests
}

/**
 * The tags to delete of a repository (retention 23), ordered by digest and tag: all tags of images to delete; cosign tags
 * whose subject is to be deleted; and, on an image that stays only because of a tag outside of the scope, the tags inside.
 */
export const tagsToDeleteOf = (repository: JudgedRepository): TagToDelete[] => {
  const toDelete: TagToDelete[] = []
  for (const place of repository.listing.order) {
    const image = repository.listing.images[place] as Image
    for (const tag of orderedTags(image)) {
      const reason = tagDeletionReason(repository, place, tag)
      if (reason === undefined) continue
      toDelete.push({ repository: repository.listing.repository, tag, digest: image.digest, reason })
    }
  }
  return toDelete
}

const tagDeletionReason = (repository: JudgedRepository, place: number, tag: string): string | undefined => {
  const { graphKeep, listing, keeps, scope } = repository
  if (!graphKeep.isKept(place)) return reasonToDelete(repository, place)
  const subject = attachedSubject(tag)
  const subjectPlace = subject === undefined ? undefined : listing.graph?.places.get(subject)
  if (subjectPlace !== undefined && !graphKeep.isKept(subjectPlace)) return `${withItsSubject} ${subject}`
  if (scope === undefined || keeps.isKept(place) || graphKeep.isNeeded(place)) return undefined
  if (followsSubject(listing, tag) || !scope.covers(listing.repository, tag)) return undefined
  return unkeptReason(repository, place)
}

/** How the reason begins of what is deleted with the image that it is about. */
export const withItsSubject = 'deleted with its subject'

/** Why nothing keeps an image. */
export const reasonToDelete = (repository: JudgedRepository, place: number): string => {
  const { listing, scope } = repository
  if (isReferrer(listing, place)) {
    const subjects = (listing.graph?.subjects[place] ?? []).map(subject => listing.images[subject]?.digest)
    return `${withItsSubject} ${[...new Set(subjects)].sort().join(', ')}`
  }
  const deleted = scope && deletedSubject(listing, place, scope)
  if (deleted !== undefined) return `${withItsSubject} ${deleted}, which was deleted before`
  return unkeptReason(repository, place)
}

/** What the policies say of an image that none of their rules keeps. */
const unkeptReason = (repository: JudgedRepository, place: number): string => {
  const { listing, commonReasons } = repository
  const untagged = listing.tagCounts[place] === 0
  return (untagged ? commonReasons?.untagged : commonReasons?.tagged) ?? unkeptReasonByRules(repository, place)
}

const unkeptReasonByRules = ({ listing, policies, ruleSetTags }: JudgedRepository, place: number): string => {
  const untagged = isUntagged(listing.images[place] as Image)
  const reasons = policies.flatMap(({ ruleSets }, policy) =>
    ruleSets
      .filter((_, ruleSet) => ruleSetTags[policy]?.[ruleSet]?.appliesTo(place) === true)
      .map(({ toDelete }) => (untagged ? toDelete.untagged : toDelete.tagged)),
  )
  return reasons.length === 0 ? 'no image that stays needs it' : reasons.join('; ')
}

/** Why an image that no rule keeps may be deleted, for tagged and for untagged ones. */
export interface DeletionReasons {
  readonly tagged: string
  readonly untagged: string
}

/** What policies say of every image that they do not keep; undefined where they have `rules` and so say several things. */
export const commonReasonsOf = (policies: readonly CompiledPolicy[]): DeletionReasons | undefined => {
  const all = policies.map(({ ruleSets }) => ruleSets.find(each => each.matches === undefined && ruleSets.length === 1))
  const toDelete = all.flatMap(ruleSet => (ruleSet === undefined ? [] : [ruleSet.toDelete]))
  if (toDelete.length < policies.length) return undefined
  return {
    tagged: toDelete.map(each => each.tagged).join('; '),
    untagged: toDelete.map(each => each.untagged).join('; '),
  }
}

/** What keeps an image that no rule keeps: its scope, or its neighbours in the graph. */
export const graphReason = (
  repository: JudgedRepository,
  place: number,
): { readonly reason: string; readonly protectedBy: readonly string[] } => {
  const { listing, graphKeep, scope, untagged } = repository
  const keepers = graphKeep
    .keepersOf(place)
    .map(keeper => (listing.images[keeper] as Image).digest)
    .sort()
  const outside = scope && outOfScope(listing, place, scope, untagged)
  if (outside !== undefined) return { reason: outside, protectedBy: keepers }
  if (keepers.length === 0) return anchorReason(repository, place)
  const others = keepers.length - 1
  return { reason: `needed by ${keepers[0]}${others > 0 ? ` and ${others} more` : ''}`, protectedBy: keepers }
}

/** Why an index stays that its registry would delete together with a child that stays. */
const anchorReason = ({ listing, graphKeep }: JudgedRepository, place: number) => {
  const children = graphKeep
    .anchoredBy(place)
    .map(child => (listing.images[child] as Image).digest)
    .sort()
  const reason = `its untagged child ${children[0]} stays, which the registry would remove without it`
  return { reason, protectedBy: children }
}

/** True for an untagged image that stays by its verdict and not in its registry. */
export const isCollected = ({ listing, graphKeep, untagged }: JudgedRepository, place: number): boolean =>
  untagged === 'collected' &&
  listing.tagCounts[place] === 0 &&
  graphKeep.isKept(place) &&
  !(listing.graph?.parents[place] ?? []).some(index => graphKeep.isKept(index))
