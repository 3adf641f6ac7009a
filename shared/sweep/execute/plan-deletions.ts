import type { Digest } from '../../domain/digest.ts'
import { isBeingArchived } from '../../domain/lifecycle/states.ts'
import type { ImageRecord, TagRecord } from '../../domain/records/images.ts'
import { takesAlong, takesReferrers } from '../../domain/registry-facts.ts'
import { DeletionGraph } from '../world/deletion-graph.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { hasOwnMark } from '../world/own-mark.ts'
import type { RepositoryWorld } from '../world/read-world.ts'
import type { Deletion } from './deletion.ts'

export interface DeletionPlan {
  /** What refers to what in the repository, as the plan was made. */
  readonly graph: DeletionGraph
  /** In an order that is safe: whatever must be deleted before something else comes before it. */
  readonly deletions: readonly Deletion[]
  /** Ready images that wait for another, an index, a subject or a child that stays for now. */
  readonly heldBack: readonly Digest[]
  /** Images that got a tag after they were marked: that tag had no grace. They are to be marked anew. */
  readonly retagged: readonly { readonly image: ImageRecord; readonly reason: string }[]
}

/**
 * The deletions of one repository: an index before its children, a subject before its referrers, so that nothing that
 * is still there ever refers to what is gone. What would break that order is left out.
 */
export function planDeletions(evaluation: Evaluation, world: RepositoryWorld, now: Date): DeletionPlan {
  const { policy, owner } = evaluation
  const matured = world.images.filter(
    image => hasOwnMark(policy, owner, image) && image.mark !== undefined && image.mark.deleteAfter <= now,
  )
  const graph = new DeletionGraph(policy.spec.action === 'Archive' ? withoutArchived(world) : world)
  const late = retaggedSince(matured, graph, world)
  const wanted = toDeleteOf(
    matured.filter(image => !late.has(image.digest)),
    evaluation,
    world,
  )
  const waiting = takeWaiting(wanted, graph, evaluation, world)
  let allowed = graph.allowed(wanted)
  // What is left out for what comes before it may be what the registry would delete along with something else.
  for (; takesAlong(world.registry) && allowed.size < wanted.size; allowed = graph.allowed(wanted)) {
    for (const digest of wanted.keys()) if (!allowed.has(digest)) waiting.push(digest)
    for (const digest of waiting) wanted.delete(digest)
    waiting.push(...takeWaiting(wanted, graph, evaluation, world))
  }
  const order = graph.inSafeOrder([...wanted.keys()].filter(digest => allowed.has(digest)))
  const places = new Map(order.map((digest, place) => [digest, place]))
  return {
    graph,
    deletions: order.flatMap((digest, place) => {
      const candidate = wanted.get(digest)
      const after = graph.before(digest).filter(earlier => (places.get(earlier) ?? place) < place)
      return candidate ? [{ ...candidate, after, referrers: graph.referrers(digest) }] : []
    }),
    heldBack: [...waiting, ...[...wanted.keys()].filter(digest => !allowed.has(digest))],
    retagged: matured.flatMap(image => {
      const reason = late.get(image.digest)
      return reason === undefined ? [] : [{ image, reason: `kept: ${reason}` }]
    }),
  }
}

/** What is archived already stands before nothing that is to follow it. */
const withoutArchived = ({ images, tags }: RepositoryWorld): Pick<RepositoryWorld, 'images' | 'tags'> => ({
  images: images.filter(image => image.storage !== 'archived' || isBeingArchived(image)),
  tags,
})

/** Why some of the images are to be marked anew; with a referrer its subjects, which may not leave it behind. */
function retaggedSince(
  matured: readonly ImageRecord[],
  graph: DeletionGraph,
  world: RepositoryWorld,
): ReadonlyMap<Digest, string> {
  const tagsOn = Map.groupBy(world.tags, record => record.digest)
  const reasons = new Map<Digest, string>()
  for (const image of matured) {
    const late = (tagsOn.get(image.digest) ?? []).find(record => isLater(record, image))
    if (late) reasons.set(image.digest, `tag ${late.tag} was added after it was marked`)
  }
  // A map also hands out what is added to it during the iteration.
  for (const digest of reasons.keys())
    for (const subject of graph.subjects(digest))
      if (!reasons.has(subject)) reasons.set(subject, `a tag was added to its referrer ${digest} after it was marked`)
  return reasons
}

/**
 * Takes out what has a referrer whose own grace is not over: alone, the subject would leave it behind, since without it
 * the scope does not cover the referrer. A referrer that stays for another subject, or that another policy has
 * marked, is not waited for, unless the registry would delete it with its subject. Out goes as well an index with which
 * the registry would delete an untagged child that is not to be deleted now.
 */
function takeWaiting(
  wanted: Map<Digest, Candidate>,
  graph: DeletionGraph,
  { policy, digestsToDelete }: Evaluation,
  world: RepositoryWorld,
): Digest[] {
  const toDelete = digestsToDelete.get(world.id) ?? new Set<string>()
  const marks = new Map(world.images.map(image => [image.digest, image.mark]))
  const isAwaited = (referrer: Digest) =>
    toDelete.has(referrer) &&
    !wanted.get(referrer)?.wholeImage &&
    (marks.get(referrer)?.policy ?? policy.id) === policy.id
  const isTagged = new Set(world.tags.map(tag => tag.digest))
  const isWhole = (digest: Digest) => wanted.get(digest)?.wholeImage === true
  const isTaken = (child: Digest) => !isWhole(child) && !isTagged.has(child) && graph.indexes(child).every(isWhole)
  const goesAlong = takesReferrers(world.registry)
  const mustStay = (digest: Digest) =>
    graph.referrers(digest).some(one => isAwaited(one) || (goesAlong && !isWhole(one))) ||
    (world.registry.untagged !== 'stays' && graph.children(digest).some(isTaken))
  const waiting: Digest[] = []
  for (let before = -1; before !== waiting.length; ) {
    before = waiting.length
    for (const [digest, { wholeImage }] of wanted)
      if (wholeImage && mustStay(digest)) {
        wanted.delete(digest)
        waiting.push(digest)
      }
  }
  return waiting
}

const isLater = (tag: TagRecord, { mark }: ImageRecord): boolean =>
  mark !== undefined && (tag.movedAt ?? tag.firstSeenAt) > mark.markedAt

type Candidate = Omit<Deletion, 'after' | 'referrers'>

/** Those of the images that are still to be deleted, wholly or with some of their tags, by digest. */
function toDeleteOf(
  images: readonly ImageRecord[],
  evaluation: Evaluation,
  world: RepositoryWorld,
): Map<Digest, Candidate> {
  const toDelete = evaluation.digestsToDelete.get(world.id) ?? new Set<string>()
  const ofWorld = <T extends { repository: string }>(all: readonly T[]) =>
    all.filter(one => one.repository === world.id)
  const tagsToDelete = Map.groupBy(ofWorld(evaluation.tagsToDelete), one => one.digest)
  const objects = Map.groupBy(ofWorld(evaluation.covered), one => one.tag)
  const tagsOn = Map.groupBy(world.tags, record => record.digest)
  const found = images.flatMap((image): [Digest, Candidate][] => {
    const former = world.formerTags.get(image.digest) ?? []
    const tags = [...new Set([...(tagsToDelete.get(image.digest) ?? []).map(one => one.tag), ...former])].sort()
    const onIt = tagsOn.get(image.digest) ?? []
    const wholeImage = toDelete.has(image.digest) && onIt.every(record => tags.includes(record.tag))
    if (!wholeImage && (tags.length === 0 || evaluation.policy.spec.action === 'Archive')) return []
    const tagRecords = onIt.filter(record => tags.includes(record.tag))
    const own = tags.flatMap(tag => objects.get(tag) ?? [])
    return [[image.digest, { image, tags, tagRecords, wholeImage, objects: own }]]
  })
  return new Map(found)
}
