import { hasEnded, type TagRecord } from '../domain/records.ts'
import type { Policy } from '../objects/policy-object.ts'
import type { Rulebook } from '../settings.ts'
import { namespaceOf } from '../sweep/world/tenants.ts'
import { type Coverage, notCovered } from './cleanup-coverage.ts'
import type { CleanupFacts } from './cleanup-status.ts'
import { withGrantHint } from './grant-hint.ts'
import { isSince, nextSyncOf } from './plan-sync.ts'
import type { RepositoryView } from './read-repositories.ts'
import type { RepositoryFacts } from './repository-status.ts'
import { type Sight, sightOf } from './sight.ts'
import type { Tracked } from './tracked-object.ts'

/** What the policies of a cluster say of its objects. */
export interface Policies {
  readonly policies: readonly Policy[]
  /** By the uid of the object. */
  readonly coverage: ReadonlyMap<string, Coverage>
}

/** What the status of an object is made of, and when its next sync is due. */
export function objectFacts(
  one: Tracked,
  view: RepositoryView | undefined,
  policies: Policies,
  rulebook: Rulebook,
  now: Date,
): RepositoryFacts {
  const { object, spec, registry } = one
  const { metadata } = object
  const found = registry.problem ? undefined : view?.syncs.get(registry.credential)
  const own = found && hasEnded(found) ? found : undefined
  const stored = tagOf(spec.tag, view)
  const { tag, shown, repository, latestTag } = shownTo(sightOf(metadata, own), spec.tag, view)
  const image = tag && shown?.images.get(tag.digest)
  const attempted = object.status.lastAttemptTime !== undefined
  const next =
    registry.problem || view?.problem
      ? undefined
      : nextSyncOf({ metadata, spec, attempted, credential: registry.credential, sync: own, tag: stored }, now)
  return {
    object,
    tagName: spec.tag,
    domain: registry.domain,
    path: registry.path ?? spec.repository,
    problem: registry.problem ?? view?.problem,
    sync: withGrantHint(own && isSince(metadata, own) ? own : undefined, one, rulebook),
    repository,
    tag,
    image,
    children: image?.children?.flatMap(child => shown?.images.get(child) ?? []) ?? [],
    latestTag,
    usage: shown?.usageOf(spec.tag, tag?.digest) ?? [],
    usageKnown: shown?.usageKnown ?? false,
    role: tag && shown?.roleOf(tag.digest),
    cleanup: cleanupFacts(one, tag, shown, policies),
    next,
    spec,
  }
}

const tagOf = (tag: string | undefined, view: RepositoryView | undefined): TagRecord | undefined =>
  tag === undefined ? undefined : view?.tags.get(tag)

/** What of a repository is in sight of an object; `shown` is the rest of it. */
function shownTo(sight: Sight, tagName: string | undefined, view: RepositoryView | undefined) {
  const stored = tagOf(tagName, view)
  const tag = stored && sight.tag(stored) ? stored : undefined
  const isHidden = stored !== undefined && tag === undefined
  const shown = !isHidden && (sight.whole || tag) ? view : undefined
  const latest = tagName === undefined ? tagOf(shown?.latestTag, shown) : undefined
  return {
    tag,
    shown,
    repository: sight.whole ? view?.repository : undefined,
    latestTag: latest && sight.tag(latest) ? latest.tag : undefined,
  }
}

function cleanupFacts(
  { object, spec }: Tracked,
  tag: TagRecord | undefined,
  shown: RepositoryView | undefined,
  { policies, coverage }: Policies,
): CleanupFacts {
  const image = tag && tag.goneAt === undefined ? shown?.images.get(tag.digest) : undefined
  return {
    home: namespaceOf(object),
    image,
    tags: image ? (shown?.tagsOn(image.digest) ?? []) : [],
    usage: shown?.usageOf(spec.tag, tag?.digest) ?? [],
    coverage: coverage.get(object.metadata.uid) ?? notCovered,
    markedBy: policies.find(policy => policy.id === image?.mark?.policy)?.spec,
    isOffline: shown?.isOffline ?? false,
    marks: spec.tag !== undefined ? undefined : shown ? shown.marks : [],
  }
}
