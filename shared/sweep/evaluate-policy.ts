import { judge } from '../domain/retention/judge.ts'
import type { Judgement } from '../domain/retention/judgement.ts'
import type { Usage } from '../domain/usage.ts'
import type { Policy } from './policy-object.ts'
import { type CoveredObject, coveredBy, exclusionNames } from './policy-scope.ts'
import { imagesOf, type RepositoryWorld, tagsBeforeDeletion } from './read-world.ts'

/** What one policy says of everything it covers, with what every other policy of the cluster keeps taken into account. */
export interface Evaluation {
  readonly policy: Policy
  readonly covered: readonly CoveredObject[]
  readonly judgement: Judgement
  /** Doomed tags that no other policy keeps. */
  readonly doomedTags: Judgement['doomedTags']
  /** Doomed digests that no other policy keeps, by repository. */
  readonly doomedDigests: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * The verdicts of a policy. The sweep and the command line both call this, so that they can never differ.
 * Keep beats delete across policies: what another policy that covers it keeps is not doomed.
 */
export function evaluatePolicy(
  policy: Policy,
  others: readonly Policy[],
  tracked: readonly CoveredObject[],
  worlds: readonly RepositoryWorld[],
  usage: Usage,
  now: Date,
): Evaluation {
  const covered = coveredBy(policy, tracked)
  const judgement = judgeAlone(policy, covered, worlds, usage, now)
  const rivals = others
    .filter(other => other.id !== policy.id)
    .map(other => ({ policy: other, covered: coveredBy(other, tracked) }))
    .filter(rival => rival.covered.length > 0)
    .map(rival => ({
      scope: scopeOf(rival.covered),
      judgement: judgeAlone(rival.policy, rival.covered, worlds, usage, now),
    }))
  const spared = (repository: string, tag: string | undefined, isDoomedBy: (judgement: Judgement) => boolean) =>
    rivals.some(rival => rival.scope.covers(repository, tag) && !isDoomedBy(rival.judgement))

  const doomedTags = judgement.doomedTags.filter(
    ({ repository, tag }) =>
      !spared(repository, tag, other => other.doomedTags.some(one => one.repository === repository && one.tag === tag)),
  )
  const doomedDigests = new Map<string, Set<string>>()
  for (const { repository, digest, tags, verdict } of judgement.decisions) {
    if (verdict !== 'delete') continue
    const doomedByOther = (other: Judgement) =>
      other.decisions.some(one => one.repository === repository && one.digest === digest && one.verdict === 'delete')
    const wanted = tags.length === 0 ? [undefined] : tags
    if (wanted.some(tag => spared(repository, tag, doomedByOther))) continue
    doomedDigests.set(repository, (doomedDigests.get(repository) ?? new Set()).add(digest))
  }
  return { policy, covered, judgement, doomedTags, doomedDigests }
}

function judgeAlone(
  policy: Policy,
  covered: readonly CoveredObject[],
  worlds: readonly RepositoryWorld[],
  usage: Usage,
  now: Date,
): Judgement {
  const unfinished = unfinishedTags(policy, worlds)
  const wanted = new Set([...covered, ...unfinished].map(one => one.repository))
  return judge({
    images: worlds.filter(world => wanted.has(world.id)).flatMap(imagesOf),
    usage,
    policies: [policy.spec],
    now,
    scope: scopeOf([...covered, ...unfinished]),
    objectNames: objectNamesOf(covered),
  })
}

/**
 * Tags that a killed sweep of this policy deleted without noting the end. Their objects may be gone already, and yet the
 * policy still covers them: else their digests would be taken for kept and stay recorded for ever.
 */
const unfinishedTags = (policy: Policy, worlds: readonly RepositoryWorld[]) =>
  worlds.flatMap(world =>
    world.images
      .filter(image => image.mark?.policy === policy.id)
      .flatMap(image => tagsBeforeDeletion(image, world).map(tag => ({ repository: world.id, tag }))),
  )

/** A tag is covered by an object of its own or by an object for the whole repository; untagged digests only by the latter. */
export function scopeOf(covered: readonly Pick<CoveredObject, 'repository' | 'tag'>[]) {
  const tags = new Set(covered.filter(one => one.tag !== undefined).map(one => `${one.repository}:${one.tag}`))
  const whole = new Set(covered.filter(one => one.tag === undefined).map(one => one.repository))
  return {
    covers: (repository: string, tag: string | undefined): boolean =>
      whole.has(repository) || (tag !== undefined && tags.has(`${repository}:${tag}`)),
  }
}

/** Exclusion names by repository and tag; the names of an object without a tag stand under ''. */
function objectNamesOf(covered: readonly CoveredObject[]): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, Map<string, readonly string[]>>()
  for (const one of covered) {
    const ofRepository = names.get(one.repository) ?? new Map<string, readonly string[]>()
    ofRepository.set(one.tag ?? '', [...(ofRepository.get(one.tag ?? '') ?? []), ...exclusionNames(one)])
    names.set(one.repository, ofRepository)
  }
  return names
}
