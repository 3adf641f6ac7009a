import type { Image } from '../../domain/image.ts'
import { anotherNamespace, nameForReader } from '../../domain/name-for-reader.ts'
import type { MarkOwner } from '../../domain/records/images.ts'
import type { RegistryFacts } from '../../domain/registry-facts.ts'
import { judge } from '../../domain/retention/judge.ts'
import type { Judgement } from '../../domain/retention/judgement.ts'
import type { TagScope } from '../../domain/retention/tag-scope.ts'
import type { TrackedTest } from '../../domain/retention/tracked-test.ts'
import type { Usage } from '../../domain/usage.ts'
import type { Policy, RefusedPolicy } from '../../objects/policy-object.ts'
import type { CoveredObject } from './covered-object.ts'
import { JudgingBudgets } from './judging-budgets.ts'
import { coveredBy, coveredByRefused, objectNamesOf } from './policy-scope.ts'
import { imagesOf, type RepositoryWorld } from './read-world.ts'
import { countsFor, digestKey, judgedRival, type Rival, scopeIn, sparedBy, tagKey } from './rivals.ts'
import { namespaceOf, type Tenants } from './tenants.ts'
import { type JudgedPolicy, trackedByOthers } from './tracked-by-others.ts'
import { factsIn, unarchivableIn } from './unarchivable.ts'
import { unauthorizedIn } from './unauthorized.ts'

/** What one policy says of everything it covers, with what every other policy of every cluster keeps taken into account. */
export interface Evaluation {
  readonly policy: Policy
  /** The objects that its marks end with; undefined where the namespaces do not count. */
  readonly owner: MarkOwner | undefined
  readonly covered: readonly CoveredObject[]
  readonly judgement: Judgement
  /** To be deleted tags that no other policy keeps; without target RegistryArtifact only those that an object of their own tracks. */
  readonly tagsToDelete: Judgement['tagsToDelete']
  /** To be deleted digests that no other policy keeps, by repository; none without target RegistryArtifact. */
  readonly digestsToDelete: ReadonlyMap<string, ReadonlySet<string>>
  /** Repositories in which it may delete, or can archive, nothing, with what would let it: they are left out. */
  readonly unauthorized: ReadonlyMap<string, string>
  /** What objects with standing outside of its scope track; undefined where that is nothing. */
  readonly tracked: TrackedTest | undefined
  /** How many images stay only because objects of other namespaces track them. */
  readonly keptForOthers: number
  /** Why what the policy alone would delete stays, by `repository@digest` and `repository:tag`. */
  readonly spared: ReadonlyMap<string, string>
}

export interface EvaluationOptions {
  /** Policies that cannot be read: whatever they may cover stays. */
  readonly refused?: readonly RefusedPolicy[]
  /** What the namespaces may do; absent where that does not count, as for what one policy says by itself. */
  readonly tenants?: Tenants
}

const ownerOf = ({ object: { cluster, metadata } }: Policy, tenants: Tenants): MarkOwner => ({
  policyUid: metadata.uid,
  namespaceUid: tenants.uidOf({ cluster, namespace: metadata.namespace }) ?? '',
})

/** How many digests would be deleted, in all repositories. */
export const digestsToDeleteCount = ({ digestsToDelete }: Pick<Evaluation, 'digestsToDelete'>): number =>
  [...digestsToDelete.values()].reduce((sum, digests) => sum + digests.size, 0)

/** What the owner of a policy is told of the images that stay for others. */
export const keptForOthersText = (images: number): string =>
  images === 1
    ? `1 image stays because ${anotherNamespace} tracks it`
    : `${images} images stay because objects of other namespaces track them`

/**
 * The verdicts of a policy. The sweep and the command line both call this, so that they can never differ.
 * Keep beats delete across policies: what another policy that covers it keeps is not to be deleted.
 */
export function evaluatePolicy(
  policy: Policy,
  others: readonly Policy[],
  tracked: readonly CoveredObject[],
  worlds: readonly RepositoryWorld[],
  usage: Usage,
  now: Date,
  { refused = [], tenants }: EvaluationOptions = {},
): Evaluation {
  const images = new Map(worlds.map(world => [world.id, imagesOf(world)]))
  const judgeAlone: JudgeAlone = (one, covered) => judgeCovered(one, covered, worlds, images, usage, now)
  const covered = coveredBy(policy, tracked)
  const budgets = new JudgingBudgets(worlds)
  budgets.require(policy, covered)
  // With each cluster's objects apart, twice the clusters cost twice the time and not four times.
  const trackedIn = Map.groupBy(tracked, one => one.object.cluster)
  const trackedBeside = ({ object }: Policy | RefusedPolicy) => trackedIn.get(object.cluster) ?? []
  const beside = others
    .filter(other => other.id !== policy.id)
    .flatMap(other => besideOf(other, trackedBeside(other), worlds))
    .map(one => ({ ...one, refusal: budgets.refusalOf(one.policy, one.covered) }))
  const judged = beside
    .filter(({ refusal }) => refusal === undefined)
    .map(one => ({
      ...one,
      rival: judgedRival(one.policy.id, scopeOf(one.covered), judgeAlone(one.policy, one.covered)),
    }))
  const counts = countsFor(policy.object, tenants)
  const rivals = [
    ...judged.map(({ policy: { object }, rival }) => ({ ...rival, scope: scopeIn(rival.scope, counts(object)) })),
    ...beside.flatMap(({ policy: { id, object }, covered: of, refusal: message }) =>
      message === undefined
        ? []
        : [
            refusedRival(
              { id, object, message },
              policy,
              scopeIn(scopeOf(of), counts(object)),
              'takes too long to judge',
            ),
          ],
    ),
    ...refused.map(one =>
      refusedRival(one, policy, scopeIn(scopeOf(coveredByRefused(one.object, trackedBeside(one))), counts(one.object))),
    ),
  ]
  const alone = judgeAlone(policy, covered)
  const test = tenants && trackedByOthers(policy, covered, tracked, judged, tenants)
  const judgement = test ? judgeCovered(policy, covered, worlds, images, usage, now, test) : alone
  const spared = sparedBy(rivals, judgement, worlds, images)
  const unauthorized = new Map([
    ...(tenants ? unauthorizedIn(policy, covered, tenants) : []),
    ...unarchivableIn(policy, covered, factsIn(worlds)),
  ])
  const toDelete = toDeleteOf(policy, covered, judgement, spared, unauthorized)
  const keptForOthers = test ? countKeptForOthers(alone, judgement) : 0
  const owner = tenants && ownerOf(policy, tenants)
  return { policy, owner, covered, judgement, tracked: test, keptForOthers, spared, unauthorized, ...toDelete }
}

type JudgeAlone = (policy: Policy, covered: readonly CoveredObject[]) => Judgement

/** What the policy would keep by a rule of its own as well is none of it. */
function countKeptForOthers(alone: Judgement, judgement: Judgement): number {
  const wouldGo = new Set(alone.tagsToDelete.map(one => digestKey(one.repository, one.digest)))
  for (const { repository, digest, verdict } of alone.decisions)
    if (verdict === 'delete') wouldGo.add(digestKey(repository, digest))
  return judgement.decisions.filter(
    ({ rule, repository, digest }) => rule === 'tracked' && wouldGo.has(digestKey(repository, digest)),
  ).length
}

/**
 * What of the judgement the targets allow to be deleted. Configuration alone reaches the objects of tags: what else the
 * policy covers would be marked and "deleted" by every run again.
 */
function toDeleteOf(
  policy: Policy,
  covered: readonly CoveredObject[],
  judgement: Judgement,
  spared: Evaluation['spared'],
  unauthorized: Evaluation['unauthorized'],
): Pick<Evaluation, 'tagsToDelete' | 'digestsToDelete'> {
  const tagsToDelete = judgement.tagsToDelete.filter(
    ({ repository, tag }) => !unauthorized.has(repository) && !spared.has(tagKey(repository, tag)),
  )
  if (!policy.spec.targets.includes('RegistryArtifact')) {
    const own = new Set(covered.flatMap(({ repository, tag }) => (tag === undefined ? [] : [tagKey(repository, tag)])))
    return {
      tagsToDelete: tagsToDelete.filter(one => own.has(tagKey(one.repository, one.tag))),
      digestsToDelete: new Map(),
    }
  }
  const digestsToDelete = new Map<string, Set<string>>()
  for (const { repository, digest, verdict } of judgement.decisions) {
    if (verdict !== 'delete' || unauthorized.has(repository) || spared.has(digestKey(repository, digest))) continue
    const ofRepository = digestsToDelete.get(repository)
    if (ofRepository) ofRepository.add(digest)
    else digestsToDelete.set(repository, new Set([digest]))
  }
  if (policy.spec.action !== 'Archive') return { tagsToDelete, digestsToDelete }
  // A tag alone cannot be archived: it stays where its image does.
  const goes = ({ repository, digest }: (typeof tagsToDelete)[number]) => digestsToDelete.get(repository)?.has(digest)
  return { tagsToDelete: tagsToDelete.filter(goes), digestsToDelete }
}

/** Another policy, where it covers any of these repositories. */
function besideOf(
  other: Policy,
  tracked: readonly CoveredObject[],
  worlds: readonly RepositoryWorld[],
): Omit<JudgedPolicy, 'rival'>[] {
  const known = new Set(worlds.map(world => world.id))
  const covered = coveredBy(other, tracked)
  return covered.some(one => known.has(one.repository)) ? [{ policy: other, covered }] : []
}

/** What is wrong with a policy is shown to its own namespace only. */
function refusedRival(
  { id, object, message }: RefusedPolicy,
  policy: Policy,
  scope: TagScope,
  cannot = 'cannot be read',
): Rival {
  const why = nameForReader(namespaceOf(policy.object), namespaceOf(object), message)
  const reason = `policy ${id} may keep it and ${cannot}${why === message ? `: ${message}` : ''}`
  return { scope, reason, deletes: () => false }
}

const unknownRegistry: RegistryFacts = { untagged: 'stays' }

/** What a policy says by itself; `images` are those of the worlds, by repository. */
export function judgeCovered(
  policy: Policy,
  covered: readonly CoveredObject[],
  worlds: readonly RepositoryWorld[],
  images: ReadonlyMap<string, readonly Image[]>,
  usage: Usage,
  now: Date,
  tracked?: TrackedTest,
): Judgement {
  const unfinished = unfinishedTags(policy, worlds)
  const wanted = new Set([...covered, ...unfinished].map(one => one.repository))
  const registries = new Map(worlds.map(world => [world.id, world.registry]))
  return judge({
    images: worlds.filter(world => wanted.has(world.id)).flatMap(world => images.get(world.id) ?? []),
    usage,
    policies: [policy.spec],
    now,
    scope: { ...scopeOf([...covered, ...unfinished]), deleted: deletedBy(policy, worlds) },
    objectNames: objectNamesOf(covered),
    registryOf: repository => registries.get(repository) ?? unknownRegistry,
    ...(tracked && { tracked }),
  })
}

/**
 * Tags that a killed sweep of this policy deleted without noting the end. Their objects may be gone already, and yet the
 * policy still covers them: else their digests would seem kept and stay recorded for ever.
 */
const unfinishedTags = (policy: Policy, worlds: readonly RepositoryWorld[]) =>
  worlds.flatMap(world =>
    world.images
      .filter(image => image.mark?.policy === policy.id)
      .flatMap(image => world.formerTags.get(image.digest) ?? [])
      .map(tag => ({ repository: world.id, tag })),
  )

/** The digests that sweeps of the policy deleted, as far as something is still about them. */
function deletedBy(
  { id }: Policy,
  worlds: readonly RepositoryWorld[],
): (repository: string, digest: string) => boolean {
  const deleted = new Map(worlds.map(world => [world.id, world.deletedSubjects]))
  return (repository, digest) => deleted.get(repository)?.get(digest) === `policy ${id}`
}

/** A tag is covered by an object of its own or by an object for the whole repository; untagged digests only by the latter. */
export function scopeOf(covered: readonly Pick<CoveredObject, 'repository' | 'tag'>[]): TagScope {
  const tags = new Set(covered.filter(one => one.tag !== undefined).map(one => `${one.repository}:${one.tag}`))
  const whole = new Set(covered.filter(one => one.tag === undefined).map(one => one.repository))
  return {
    covers: (repository, tag) => whole.has(repository) || (tag !== undefined && tags.has(`${repository}:${tag}`)),
  }
}
