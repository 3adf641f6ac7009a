import type { Image } from '../../domain/image.ts'
import { GraphKeep } from '../../domain/retention/graph/graph-keep.ts'
import type { Judgement } from '../../domain/retention/judgement.ts'
import { listingOf } from '../../domain/retention/listing/listing.ts'
import type { TagScope } from '../../domain/retention/tag-scope.ts'
import type { CustomObject } from '../../ports/cluster.ts'
import type { RepositoryWorld } from './read-world.ts'
import { namespaceOf, perNamespace, type Tenants } from './tenants.ts'

/** Another policy over the same objects. Keep beats delete: what it covers and does not delete stays. */
export interface Rival {
  readonly scope: TagScope
  /** Why it keeps what it covers, in the words of decisions and audit entries. */
  readonly reason: string
  /** True for what it would delete as well, by {@link digestKey} or {@link tagKey}. */
  readonly deletes: (key: string) => boolean
}

export const digestKey = (repository: string, digest: string): string => `${repository}@${digest}`
export const tagKey = (repository: string, tag: string): string => `${repository}:${tag}`

/** A policy whose verdicts are known. */
export function judgedRival(id: string, scope: TagScope, judgement: Judgement): Rival {
  const toDelete = new Set<string>()
  for (const { repository, digest, verdict } of judgement.decisions)
    if (verdict === 'delete') toDelete.add(digestKey(repository, digest))
  for (const { repository, tag } of judgement.tagsToDelete) toDelete.add(tagKey(repository, tag))
  return { scope, reason: `policy ${id} keeps it`, deletes: key => toDelete.has(key) }
}

/**
 * The repositories in which what one policy keeps counts for another: those of one tenant, and those in which the
 * namespace of the one that keeps has standing. All where rights do not count.
 */
export function countsFor(
  policy: CustomObject,
  tenants: Tenants | undefined,
): (other: CustomObject) => (repository: string) => boolean {
  if (tenants === undefined) return () => () => true
  const mine = namespaceOf(policy)
  const counts = perNamespace(
    (of, repository) => tenants.isSame(mine, of, repository) || tenants.hasStanding(of, repository),
  )
  return other => repository => counts(namespaceOf(other), repository)
}

/** The part of a scope that is in some repositories. */
export const scopeIn = (scope: TagScope, isIn: (repository: string) => boolean): TagScope => ({
  covers: (repository, tag) => isIn(repository) && scope.covers(repository, tag),
})

/**
 * What one policy would delete and another keeps, with the reason, by {@link digestKey} and {@link tagKey}. What stays for
 * that reason keeps what it needs: the children of an index and the referrers of a subject, through any depth, with
 * their tags; at some registries an untagged child its index too.
 */
export function sparedBy(
  rivals: readonly Rival[],
  judgement: Judgement,
  worlds: readonly Pick<RepositoryWorld, 'id' | 'registry'>[],
  images: ReadonlyMap<string, readonly Image[]>,
): ReadonlyMap<string, string> {
  const registries = new Map(worlds.map(({ id, registry }) => [id, registry]))
  const spared = new Map<string, string>()
  if (rivals.length === 0) return spared
  for (const { repository, tag } of judgement.tagsToDelete) {
    const key = tagKey(repository, tag)
    const rival = rivals.find(({ scope, deletes }) => scope.covers(repository, tag) && !deletes(key))
    if (rival) spared.set(key, rival.reason)
  }
  let kept: ReadonlyMap<string, ReadonlySet<string>> | undefined
  for (const [repository, digests] of keptDigests(rivals, judgement)) {
    const isAnchored = (registries.get(repository)?.untagged ?? 'stays') !== 'stays'
    if (isAnchored) kept ??= keptByItself(judgement)
    const keptAnyway = (isAnchored && kept?.get(repository)) || noDigests
    for (const [digest, reason] of digests) spared.set(digestKey(repository, digest), reason)
    const own = { digests, keptAnyway, isAnchored }
    for (const needed of neededBy(own, repository, images.get(repository) ?? [])) {
      const reason = 'something that another policy keeps needs it'
      spared.set(digestKey(repository, needed.digest), reason)
      for (const tag of needed.tags) spared.set(tagKey(repository, tag), reason)
    }
  }
  return spared
}

/** The digests to delete of which a rival keeps a tag, or the whole where there is none. */
function keptDigests(rivals: readonly Rival[], judgement: Judgement): Map<string, Map<string, string>> {
  const kept = new Map<string, Map<string, string>>()
  for (const { repository, digest, tags, verdict } of judgement.decisions) {
    if (verdict !== 'delete') continue
    const key = digestKey(repository, digest)
    const wanted = tags.length === 0 ? [undefined] : tags
    const rival = rivals.find(
      ({ scope, deletes }) => !deletes(key) && wanted.some(tag => scope.covers(repository, tag)),
    )
    if (!rival) continue
    const ofRepository = kept.get(repository) ?? new Map<string, string>()
    kept.set(repository, ofRepository.set(digest, rival.reason))
  }
  return kept
}

const noDigests: ReadonlySet<string> = new Set()

/** By repository. */
function keptByItself({ decisions }: Judgement): ReadonlyMap<string, ReadonlySet<string>> {
  const kept = Map.groupBy(
    decisions.filter(one => one.verdict === 'keep'),
    one => one.repository,
  )
  return new Map([...kept].map(([repository, all]) => [repository, new Set(all.map(one => one.digest))]))
}

interface KeptForRivals {
  readonly digests: ReadonlyMap<string, string>
  /** What the policy itself keeps, where that tells which index a child needs. */
  readonly keptAnyway: ReadonlySet<string>
  /** True where no manifest stays to which neither a tag nor an index leads. */
  readonly isAnchored: boolean
}

function neededBy(
  { digests, keptAnyway, isAnchored }: KeptForRivals,
  repository: string,
  images: readonly Image[],
): Image[] {
  const listing = listingOf(repository, images)
  if (listing.graph === undefined) return []
  const isSeed = ({ digest }: Image) => digests.has(digest) || keptAnyway.has(digest)
  const graphKeep = new GraphKeep(listing)
  graphKeep.keep(images.flatMap((image, place) => (isSeed(image) ? [place] : [])))
  if (isAnchored) graphKeep.anchor()
  return images.filter((image, place) => graphKeep.isKept(place) && !isSeed(image))
}
