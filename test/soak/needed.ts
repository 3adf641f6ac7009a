import type { Digest } from '../../shared/domain/digest.ts'
import type { RegistryFacts } from '../../shared/domain/registry-facts.ts'
import type { Deployments } from './deployments.ts'
import type { Doubt } from './doubt.ts'
import { newestOf } from './newest-versions.ts'
import { matches, type PolicyView, ruleSetOf, saysNothing } from './policy-view.ts'
import { attachedSubjectOf, type BookedManifest, type RepositoryBook } from './registry-book.ts'

/** One repository at one moment, seen with the eyes of the policy that is about to delete there. */
export interface Scene {
  readonly book: RepositoryBook
  readonly doubt: Doubt
  readonly deployments: Deployments
  /** What the product can know of: what hides from lists and events needs nothing. */
  readonly isVisible: (digest: Digest) => boolean
  readonly policy: PolicyView
  /** The other policies that cover the repository: what one of them surely keeps is kept. */
  readonly rivals: readonly PolicyView[]
  /** What tracks it outside of the policy's scope, of namespaces with standing. */
  readonly trackers: readonly Tracker[]
  readonly nowMs: number
  readonly facts: RegistryFacts
}

/** An object of another tenant: what it brings stays until a policy over it lets it go. */
export interface Tracker {
  readonly title: string
  covers(tag: string | undefined): boolean
  /** Those that may let it go: over the object, awake, and of a namespace with a say in it. */
  readonly policies: readonly PolicyView[]
}

type Reasons = Map<Digest, string>

const dayMs = 86_400_000

/** Why a digest must stay; undefined when the model knows no reason, which is no proof that there is none. */
export const needOfDigest = (scene: Scene, digest: Digest): string | undefined => {
  const seeds = ownReasons(scene, digest)
  for (const manifest of visible(scene)) {
    const reason = outsideReason(scene, manifest)
    if (reason !== undefined && !seeds.has(manifest.digest)) seeds.set(manifest.digest, reason)
  }
  return spread(scene, seeds).get(digest)
}

/** Why a tag must stay. That its image has another tag outside of the scope saves the image, not the tag. */
export const needOfTag = (scene: Scene, tag: string, digest: Digest): string | undefined => {
  const subject = attachedSubjectOf(tag)
  if (subject !== undefined && subject !== digest && scene.isVisible(subject))
    return `its subject ${subject} is still there`
  if (subject === undefined && !scene.policy.covers(tag)) return 'no object brings it into the scope'
  const rival = scene.rivals.find(one => one.covers(tag) && reasonOfPolicy(scene, one, digest) !== undefined)
  if (rival) return reasonOfPolicy(scene, rival, digest)
  if (subject !== undefined) return undefined
  const seeds: Reasons = new Map()
  for (const manifest of visible(scene)) {
    const reason =
      reasonOfPolicy(scene, scene.policy, manifest.digest) ??
      useOf(scene, manifest.digest) ??
      reasonOfDoubt(scene, manifest.digest) ??
      reasonOfTrackers(scene, manifest.digest)
    const outside = manifest.digest === digest ? undefined : outsideReason(scene, manifest)
    if (reason !== undefined || outside !== undefined) seeds.set(manifest.digest, reason ?? outside ?? '')
  }
  return spread(scene, seeds).get(digest)
}

const visible = ({ book, isVisible }: Scene): BookedManifest[] =>
  [...book.manifests.values()].filter(({ digest }) => isVisible(digest))

const useOf = ({ deployments, book }: Scene, digest: Digest): string | undefined => deployments.userOf(book, digest)

/** It cannot be read, or what cannot be read may refer to it. What had a tag when it was judged counts as tagged. */
function reasonOfDoubt({ doubt, book }: Scene, digest: Digest): string | undefined {
  const isUntagged = book.tagsOf(digest).length === 0 && !book.bared.has(digest)
  return doubt.named.get(digest) ?? (isUntagged ? doubt.untagged : undefined)
}

/** `beside` is looked at even where nobody could know of it: it is about to be deleted, so somebody does. */
function ownReasons(scene: Scene, beside: Digest): Reasons {
  const reasons: Reasons = new Map()
  for (const { digest } of scene.book.manifests.values()) {
    if (!scene.isVisible(digest) && digest !== beside) continue
    const reason =
      useOf(scene, digest) ??
      reasonOfDoubt(scene, digest) ??
      reasonOfPolicy(scene, scene.policy, digest) ??
      reasonOfRivals(scene, digest) ??
      reasonOfTrackers(scene, digest)
    if (reason !== undefined) reasons.set(digest, reason)
  }
  return reasons
}

function reasonOfRivals(scene: Scene, digest: Digest): string | undefined {
  const tags = scene.book.tagsOf(digest)
  const isBared = scene.book.bared.has(digest)
  const covering = scene.rivals.filter(one =>
    tags.length === 0 ? !isBared && one.covers(undefined) : tags.some(one.covers),
  )
  return covering.map(one => reasonOfPolicy(scene, one, digest)).find(reason => reason !== undefined)
}

/** Of its tags, those in the policy's scope are held; one outside of it keeps the image, and not the tags inside. */
function reasonOfTrackers(scene: Scene, digest: Digest): string | undefined {
  const { book, trackers, policy } = scene
  const tags = book.tagsOf(digest)
  if (tags.length === 0 && book.bared.has(digest)) return undefined
  const inside = tags.length === 0 ? [undefined] : tags.filter(tag => policy.covers(tag))
  const held = trackers.find(
    one => inside.some(one.covers) && one.policies.every(by => reasonOfPolicy(scene, by, digest) !== undefined),
  )
  return held && `tracked by ${held.title}`
}

/** What a policy surely keeps, whatever the graph says. */
function reasonOfPolicy(scene: Scene, policy: PolicyView, digest: Digest): string | undefined {
  const manifest = scene.book.manifests.get(digest)
  if (!manifest) return undefined
  const { spec } = policy
  const tags = judgedTags(scene.book, digest)
  const ageMs = scene.nowMs - manifest.presentSinceMs
  if (ageMs < policy.graceMs) return `policy ${titleOf(policy)}: pushed less than its grace ago`
  if (spec.exclude?.some(rule => isExcluded(rule, scene.book.path, tags))) return `policy ${titleOf(policy)}: excluded`
  if (tags.some(tag => spec.keepTags?.some(glob => matches(glob, tag)))) return `policy ${titleOf(policy)}: keepTags`
  // Keep rules do not judge what is about something, nor what was so until this sweep.
  if (isAboutSomething(scene.book, manifest)) return undefined
  const names = tags.filter(tag => attachedSubjectOf(tag) === undefined)
  const ruleSets = (names.length > 0 ? names : [undefined]).map(name => ruleSetOf(spec, name))
  if (spec.rules !== undefined && ruleSets.some(saysNothing) && (names.length > 0 || !isChild(scene.book, digest)))
    return `policy ${titleOf(policy)}: no rule applies to it`
  const days = Math.max(...ruleSets.flatMap(({ keepDays = 0, unusedDays = 0 }) => [keepDays, unusedDays]))
  if (days > 0 && ageMs <= days * dayMs) return `policy ${titleOf(policy)}: pushed within ${days} days`
  return newestOf(scene.book, policy, scene.isVisible).has(digest)
    ? `policy ${titleOf(policy)}: among the newest`
    : undefined
}

/** Of an index that is there, or that the sweep under way deleted before its children. */
const isChild = (book: RepositoryBook, digest: Digest): boolean =>
  [...book.manifests.values(), ...book.swept.values()].some(({ children }) => children.includes(digest))

/** Its tags; of an image that the sweep under way took them off, those that it noted. */
function judgedTags(book: RepositoryBook, digest: Digest): readonly string[] {
  const tags = book.tagsOf(digest)
  return tags.length === 0 && book.bared.has(digest) ? (book.noted.get(digest) ?? []) : tags
}

const titleOf = ({ namespace, name }: PolicyView): string => `${namespace}/${name}`

const isExcluded = (rule: { name?: string; tag?: string }, path: string, tags: readonly string[]): boolean =>
  (rule.name === undefined || rule.name === path) && (rule.tag === undefined || tags.includes(rule.tag))

/** What no object brings is never touched. */
function outsideReason({ book, policy, facts }: Scene, manifest: BookedManifest): string | undefined {
  const tags = book.tagsOf(manifest.digest)
  if (tags.length === 0) {
    return (facts.untagged === 'goes-with-index' && isChild(book, manifest.digest)) ||
      isAboutSomething(book, manifest) ||
      book.bared.has(manifest.digest) ||
      policy.covers(undefined)
      ? undefined
      : 'it is untagged, and no object brings the whole repository'
  }
  const outside = tags.find(tag => !followsSubject(book, tag) && !policy.covers(tag))
  return outside === undefined ? undefined : `no object brings the tag ${outside} on it into the scope`
}

const isAboutSomething = (book: RepositoryBook, manifest: BookedManifest): boolean =>
  book.namedSubjectsOf(manifest).some(subject => book.manifests.has(subject) || book.wasEnded(subject))

/** A cosign tag goes with its subject, also when a sweep that was killed deleted that before. */
function followsSubject(book: RepositoryBook, tag: string): boolean {
  const subject = attachedSubjectOf(tag)
  return subject !== undefined && (book.manifests.has(subject) || book.wasEnded(subject))
}

/** Children and referrers of what is kept are kept; so are subjects of what is kept for a reason of its own. */
function spread(scene: Scene, seeds: Reasons): Reasons {
  const kept = new Kept(seeds)
  for (let size = -1; size !== kept.size; ) {
    size = kept.size
    for (const manifest of visible(scene)) if (kept.reasons.has(manifest.digest)) keepKin(scene, manifest, kept)
  }
  return kept.reasons
}

function keepKin({ book, isVisible }: Scene, manifest: BookedManifest, kept: Kept): void {
  const { digest, children } = manifest
  const why = kept.reasons.get(digest)
  for (const child of children) kept.keep(child, `child of ${digest} (${why})`, true)
  for (const one of book.referrersOf(digest))
    if (isVisible(one.digest)) kept.keep(one.digest, `about ${digest} (${why})`, false)
  if (!kept.strong.has(digest)) return
  for (const subject of book.subjectsOf(manifest)) kept.keep(subject, `subject of ${digest} (${why})`, true)
}

class Kept {
  readonly reasons: Reasons
  /** Those with a reason of their own, which their subjects inherit. */
  readonly strong: Set<Digest>
  constructor(seeds: Reasons) {
    this.reasons = new Map(seeds)
    this.strong = new Set(seeds.keys())
  }

  get size(): number {
    return this.reasons.size + this.strong.size
  }

  keep(digest: Digest, why: string, isStrong: boolean): void {
    if (!this.reasons.has(digest)) this.reasons.set(digest, why)
    if (isStrong) this.strong.add(digest)
  }
}
