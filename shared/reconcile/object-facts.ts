import { floatingTagsOf } from '../domain/floating-tags.ts'
import { dangersOf } from '../domain/image-danger.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import { hasEnded, type SyncRecord } from '../domain/records/syncs.ts'
import type { KnownRegistrySecret } from '../objects/lending.ts'
import type { RepositorySpec } from '../objects/parse-objects.ts'
import type { Policy } from '../objects/policy-object.ts'
import type { Draft } from '../ports/store.ts'
import type { Rulebook } from '../settings.ts'
import { namespaceOf } from '../sweep/world/tenants.ts'
import { type Coverage, notCovered } from './cleanup-coverage.ts'
import type { CleanupFacts } from './cleanup-status.ts'
import { withAdvice } from './failure-advice.ts'
import { type ObjectAsk, objectAskOf } from './object-ask.ts'
import { failuresOf, type TagFailure } from './object-failures.ts'
import { nextSyncOf } from './plan-sync.ts'
import { movedOrSeen, type RepositoryView } from './read-repositories.ts'
import { registryRulesCondition } from './registry-rules-status.ts'
import type { RepositoryFacts } from './repository-status.ts'
import { idOf, type Tracked } from './tracked-object.ts'
import { type Visibility, visibilityOf } from './visibility.ts'

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
  { known, rulebook }: { readonly known: readonly KnownRegistrySecret[]; readonly rulebook: Rulebook },
  now: Date,
): RepositoryFacts {
  const { object, spec, registry } = one
  const record = registry.problem ? undefined : view?.syncs.get(registry.credential)
  const ask = askOfObject(one, record)
  const visible = ask ? visibilityOf(ask, record) : visibilityOf(notAnswered, record)
  const { tag, shown, artifactCount, latestTag } = shownTo(visible, spec.tag, view)
  const image = tag && shown?.images.get(tag.digest)
  const sync = ask?.wasAnswered && record && hasEnded(record) ? record : undefined
  const tagFailure = tagFailureOf(spec, { tag, image, shown })
  const failures = failuresOf(object, sync, tagFailure)
  const changedAt = lastChangeOf(spec.tag, view)
  const next =
    !ask || registry.problem || view?.problem
      ? undefined
      : nextSyncOf(
          {
            ...{ spec, ask, credential: registry.credential, sync: record, failures, changedAt },
            tagCount: view?.repository?.tagCount ?? 0,
            isTold: view?.isTold ?? false,
          },
          now,
        )
  const usage = shown?.usageOf(spec.tag, tag?.digest) ?? []
  return {
    object,
    tagName: spec.tag,
    domain: registry.domain,
    path: registry.path ?? spec.repository,
    problem: registry.problem ?? view?.problem,
    ask,
    record,
    sync: withAdvice(sync, one, known, rulebook),
    hasRead: visible.hasRead,
    tagFailure,
    failures,
    artifactCount,
    tag,
    image,
    children:
      image?.unreadable === undefined ? (image?.children?.flatMap(child => shown?.images.get(child) ?? []) ?? []) : [],
    latestTag,
    usage,
    usageKnown: shown?.usageKnown ?? false,
    dangers: shown ? dangersOf(usage, shown) : [],
    floatingTags: shown ? floatingTagsOf(usage, shown.tags) : [],
    role: tag && shown?.roleOf(tag.digest),
    cleanup: cleanupFacts(one, tag, shown, policies),
    registryRules: registryRulesCondition({ one, tag, shown }, now),
    next,
    spec,
  }
}

const notAnswered = { wasAnswered: false, hasRead: false }

/** Undefined while its reference leads nowhere. */
function askOfObject(one: Tracked, sync: Draft<SyncRecord> | undefined): ObjectAsk | undefined {
  const { object, spec, registry } = one
  const repository = idOf(one)
  if (registry.problem || repository === undefined) return undefined
  return objectAskOf({ object, repository, credential: registry.credential, requests: spec.syncRequests, sync })
}

interface ShownTag {
  readonly tag: TagRecord | undefined
  readonly image: ImageRecord | undefined
  readonly shown: RepositoryView | undefined
}

function tagFailureOf(
  { tag: name, repository }: RepositorySpec,
  { tag, image, shown }: ShownTag,
): TagFailure | undefined {
  if (name === undefined) return undefined
  const failed = shown?.failed.get(name)
  if (failed !== undefined) return { reason: 'RegistryUnavailable', message: `tag ${name}: ${failed}` }
  const isThere = tag !== undefined && tag.goneAt === undefined
  const odd = shown?.unread.get(name) ?? (isThere ? image?.unreadable : undefined)
  const reason = image?.storage === undefined ? 'UnsupportedManifest' : 'ImageArchived'
  if (odd !== undefined) return { reason, message: `tag ${name}: ${odd}`, isLasting: true }
  if (isThere) return undefined
  return { reason: 'TagNotFound', message: `tag ${name} is not in ${repository}: push it, or delete this object` }
}

function lastChangeOf(tagName: string | undefined, view: RepositoryView | undefined): Date | undefined {
  const tag = tagOf(tagName ?? view?.latestTag, view)
  return tag && tag.goneAt === undefined ? movedOrSeen(tag) : undefined
}

const tagOf = (tag: string | undefined, view: Pick<RepositoryView, 'tags'> | undefined): TagRecord | undefined =>
  tag === undefined ? undefined : view?.tags.get(tag)

/** What the status of an object without a tag says of the tags of its repository. */
export function countsShown(
  one: Tracked,
  view: CountedView & Pick<RepositoryView, 'syncs'>,
): Pick<RepositoryFacts, 'artifactCount' | 'latestTag'> {
  const { registry } = one
  const record = registry.problem ? undefined : view.syncs.get(registry.credential)
  const { artifactCount, latestTag } = shownTo(
    visibilityOf(askOfObject(one, record) ?? notAnswered, record),
    undefined,
    view,
  )
  return { artifactCount, latestTag }
}

type CountedView = Pick<RepositoryView, 'repository' | 'tags' | 'tagCount' | 'latestTag'>

/** What of a repository an object's status may show; `shown` is all but the tag. */
function shownTo<T extends CountedView>(visible: Visibility, tagName: string | undefined, view: T | undefined) {
  const stored = tagOf(tagName, view)
  const tag = stored && visible.tag(stored) ? stored : undefined
  const isHidden = stored !== undefined && tag === undefined
  const shown = !isHidden && (visible.whole || tag) ? view : undefined
  const latest = tagName === undefined ? tagOf(shown?.latestTag, shown) : undefined
  return {
    tag,
    shown,
    artifactCount: visible.whole && view?.repository?.firstSyncedAt ? view.tagCount : undefined,
    latestTag: latest && visible.tag(latest) ? latest.tag : undefined,
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
