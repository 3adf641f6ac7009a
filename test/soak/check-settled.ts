import type { Digest } from '../../shared/domain/digest.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import type { Tracker } from './needed.ts'
import { judgeTruth } from './oracle-view.ts'
import { listPolicyViews, listTracking, type PolicyView } from './policy-view.ts'
import { attachedSubjectOf, type BookedManifest, type RepositoryBook } from './registry-book.ts'
import { hasStanding, mayDelete } from './tenants.ts'
import { trackersOf } from './trackers.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/** The oracle's word on one repository under one policy. */
interface Opinion {
  readonly policy: PolicyView
  deletes(digest: Digest): boolean
  deletesTag(tag: string): boolean
}

/** @throws ViolationError when the registry, the store and the model do not agree now that all is quiet */
export async function checkSettled(world: World, book: RepositoryBook, before: ReadonlySet<Digest>): Promise<void> {
  const { estate, figures } = world
  const records = await estate.store.listImages(book.id)
  const known = new Set(records.filter(record => record.goneAt === undefined).map(record => record.digest))
  figures['settled images'] += book.manifests.size
  await checkTags(world, book)
  await checkReadable(world, book, records)
  for (const digest of book.told)
    if (!known.has(digest)) refuse(book, digest, `${digest} is in the registry, and the store says that it is not`)
  for (const manifest of book.manifests.values()) {
    if (book.tagsOf(manifest.digest).length === 0 && !known.has(manifest.digest)) figures['invisible images'] += 1
    else await checkNotLeftBehind(world, book, manifest)
  }
  const ghosts = records.filter(record => record.goneAt === undefined && !book.manifests.has(record.digest))
  checkGhosts(book, ghosts)
  await checkDeletedGone(world, book, ghosts)
  await checkTrail(world, book, before)
}

function refuse(book: RepositoryBook, digest: Digest | undefined, what: string): never {
  throw new ViolationError({
    what: `in the end, ${book.id}: ${what}`,
    repository: book.id,
    ...(digest !== undefined && { digest }),
  })
}

async function checkTags({ estate }: World, book: RepositoryBook): Promise<void> {
  const records = await estate.store.listTags(book.id)
  const stored = new Map(records.filter(tag => tag.goneAt === undefined).map(tag => [tag.tag, tag.digest]))
  for (const [tag, digest] of book.tags)
    if (stored.get(tag) !== digest) refuse(book, digest, `tag ${tag} is on ${digest}, the store has ${stored.get(tag)}`)
  for (const { tag, digest, goneAt } of records)
    if (goneAt === undefined && !book.tags.has(tag))
      refuse(book, digest, `tag ${tag} is gone, and the store still has it on ${digest}`)
}

/** All that was odd for a while was read again: what is left is of kinds that nobody knows, and no tag. */
async function checkReadable({ estate }: World, book: RepositoryBook, records: readonly ImageRecord[]): Promise<void> {
  for (const { digest, unreadable, goneAt } of records) {
    const manifest = goneAt === undefined ? book.manifests.get(digest) : undefined
    if (manifest?.isOdd && !unreadable) refuse(book, digest, `${digest} is of no known kind, and recorded as read`)
    if (manifest && !manifest.isOdd && unreadable)
      refuse(book, digest, `${digest} can be read, and is recorded as unreadable: ${unreadable}`)
  }
  const [unread] = await estate.store.listUnreadTags(book.id)
  if (unread) refuse(book, book.tags.get(unread.tag), `${unread.tag} is recorded as unreadable: ${unread.unreadable}`)
}

/** I5: what is about a deleted image goes with it. */
async function checkNotLeftBehind(world: World, book: RepositoryBook, manifest: BookedManifest): Promise<void> {
  const { deployments, figures } = world
  const { digest } = manifest
  const subjects = book.namedSubjectsOf(manifest)
  const isOrphan = subjects.some(subject => book.swept.has(subject)) && book.subjectsOf(manifest).length === 0
  const stays =
    book.restored.has(digest) ||
    book.tagsOf(digest).some(tag => attachedSubjectOf(tag) === undefined) ||
    book.parentsOf(digest).length > 0 ||
    book.referrersOf(digest).length > 0 ||
    deployments.userOf(book, digest) !== undefined
  if (!isOrphan || stays) return
  if (await wasWithdrawn(world, book, subjects)) figures['left by withdrawn policies'] += 1
  else refuse(book, digest, `${digest} was left behind when ${subjects.join(' ')} was deleted`)
}

/** Nobody ends what a policy began that is gone, or that a person led elsewhere, in the middle of it. */
async function wasWithdrawn({ estate }: World, book: RepositoryBook, subjects: readonly Digest[]): Promise<boolean> {
  const views = await listPolicyViews(estate.clusters[0], book.path)
  const records = await Promise.all(subjects.map(subject => estate.store.findImage(book.id, subject)))
  const ending = records.flatMap(record => {
    if (record === undefined) return []
    const by = record.change.action === 'deleted' ? record.change.actor.replace(/^policy /, '') : record.begunBy
    return views.filter(({ id }) => by === id)
  })
  return !ending.some(
    ({ namespace, spec }) => mayDelete(namespace) && spec.targets.includes('RegistryArtifact') && !spec.exclude?.length,
  )
}

/** What a policy would delete, no other policy spares and nothing that stays needs. */
async function checkDeletedGone(world: World, book: RepositoryBook, ghosts: readonly ImageRecord[]): Promise<void> {
  const [cluster] = world.estate.clusters
  const [views, objects] = await Promise.all([listPolicyViews(cluster, book.path), listTracking(cluster, book.path)])
  const heard = views.filter(view => hasStanding(view.namespace, book.path))
  const opinions = await Promise.all(heard.map(view => opinionOf(world, book, view, ghosts)))
  const deleting = opinions.filter(
    ({ policy: { namespace, spec } }) => mayDelete(namespace) && spec.targets.includes('RegistryArtifact'),
  )
  for (const opinion of deleting) {
    const rivals = opinions.filter(one => one !== opinion)
    const trackers = trackersOf(objects, opinion.policy, views, book.path)
    const isHeld = (one: Digest) =>
      isSpared(book, one, rivals) || isTrackedBy(one, waysTo(book, one), trackers, opinions)
    const staying = new Set([...book.manifests.keys()].filter(one => !opinion.deletes(one) || isHeld(one)))
    spread(world, book, staying)
    const haunted = keptByGhosts(world, book, ghosts)
    world.figures['kept by ghosts'] += [...haunted].filter(digest => !staying.has(digest)).length
    const toDelete = [...book.manifests.keys()].find(digest => !staying.has(digest) && !haunted.has(digest))
    if (toDelete) refuse(book, toDelete, `${toDelete} is unwanted by ${opinion.policy.id} and was not deleted`)
    const tag = [...book.tags].find(([name, digest]) => {
      const spared = rivals.some(rival => rival.policy.covers(name) && !rival.deletesTag(name))
      const inScope = waysTo(book, digest).filter(one => opinion.policy.covers(one))
      const stays = spared || haunted.has(digest) || isTrackedBy(digest, inScope, trackers, opinions)
      return opinion.deletesTag(name) && !stays && !staysWithKin(book, name, digest, staying)
    })
    if (tag) refuse(book, tag[1], `tag ${tag[0]} is to be deleted by ${opinion.policy.id} and was not deleted`)
  }
}

/** Its tags; undefined stands for those of an untagged image. */
function waysTo(book: RepositoryBook, digest: Digest): readonly (string | undefined)[] {
  const tags = book.tagsOf(digest)
  return tags.length === 0 ? [undefined] : tags
}

/** Somebody else tracks it in one of these ways, and no policy over their object surely lets it go. */
const isTrackedBy = (
  digest: Digest,
  ways: readonly (string | undefined)[],
  trackers: readonly Tracker[],
  opinions: readonly Opinion[],
): boolean =>
  trackers.some(
    tracker =>
      ways.some(tracker.covers) && !opinions.some(one => tracker.policies.includes(one.policy) && one.deletes(digest)),
  )

/** What somebody deleted by its digest is recorded as gone, unless something that stands still refers to it. */
function checkGhosts(book: RepositoryBook, ghosts: readonly ImageRecord[]): void {
  const named = new Set([...book.manifests.values()].flatMap(one => one.children))
  const isHeld = ({ digest, subject }: ImageRecord): boolean => {
    const above = ghosts.filter(one => one.children?.includes(digest) || one.digest === subject)
    return named.has(digest) || (subject !== undefined && book.manifests.has(subject)) || above.some(isHeld)
  }
  const ghost = ghosts.find(one => !isHeld(one))
  if (ghost) refuse(book, ghost.digest, `${ghost.digest} is gone, and the store says that it is there`)
}

/**
 * What somebody deleted from under an index that stands goes on protecting what it referred to and what was about it:
 * that errs on the side of keeping, and is counted.
 */
function keptByGhosts(world: World, book: RepositoryBook, ghosts: readonly ImageRecord[]): ReadonlySet<Digest> {
  const gone = new Set(ghosts.map(ghost => ghost.digest))
  const above = ghosts.flatMap(({ children = [], subject }) => (subject ? [subject, ...children] : children))
  const about = [...book.manifests.values()].filter(one => book.namedSubjectsOf(one).some(subject => gone.has(subject)))
  // One that nobody was able to read may have referred to any.
  const isOpaque = ghosts.some(ghost => ghost.unreadable !== undefined && ghost.children === undefined)
  const untagged = isOpaque ? [...book.manifests.keys()].filter(digest => book.tagsOf(digest).length === 0) : []
  const named = [...above, ...about.map(one => one.digest), ...untagged]
  const haunted = new Set(named.filter(digest => book.manifests.has(digest)))
  spread(world, book, haunted)
  return haunted
}

/**
 * To be deleted is what is so in truth, and with the ghosts as well: what is about one of them is not counted among the
 * versions, so that another stays in its place.
 */
async function opinionOf(
  world: World,
  book: RepositoryBook,
  policy: PolicyView,
  ghosts: readonly ImageRecord[],
): Promise<Opinion> {
  const truth = await judgeTruth(world, book, policy)
  const views = ghosts.length === 0 ? [truth] : [truth, await judgeTruth(world, book, policy, ghosts)]
  return {
    policy,
    deletes: digest =>
      views.every(({ verdicts }) => verdicts.get(`${book.id} ${digest}`)?.startsWith('delete') === true),
    deletesTag: tag => views.every(({ tagsToDelete }) => tagsToDelete.has(`${book.id} ${tag}`)),
  }
}

function isSpared(book: RepositoryBook, digest: Digest, rivals: readonly Opinion[]): boolean {
  const tags = book.tagsOf(digest)
  return rivals.some(
    rival =>
      !rival.deletes(digest) &&
      (tags.length === 0 ? rival.policy.covers(undefined) : tags.some(tag => rival.policy.covers(tag))),
  )
}

/** A cosign tag stays with its subject, and any tag where something else that stays needs its image, or is its subject. */
function staysWithKin(book: RepositoryBook, tag: string, digest: Digest, stays: ReadonlySet<Digest>): boolean {
  const subject = attachedSubjectOf(tag)
  if (subject !== undefined && stays.has(subject)) return true
  const manifest = book.manifests.get(digest)
  if (manifest && book.subjectsOf(manifest).some(one => stays.has(one))) return true
  return [...book.parentsOf(digest), ...book.referrersOf(digest)].some(one => stays.has(one.digest))
}

/**
 * Whatever stays lets its children, its referrers and its subjects stay, and its indexes where it would go with them: more
 * than the rules ask, and enough here.
 */
function spread({ estate }: World, book: RepositoryBook, stays: Set<Digest>): void {
  const isTakenAlong = estate.registry.facts.untagged === 'goes-with-index'
  for (let size = -1; size !== stays.size; ) {
    size = stays.size
    for (const manifest of book.manifests.values()) {
      if (!stays.has(manifest.digest)) continue
      const kin = [
        ...manifest.children,
        ...book.subjectsOf(manifest),
        ...book.referrersOf(manifest.digest).map(one => one.digest),
        ...(isTakenAlong ? book.parentsOf(manifest.digest).map(one => one.digest) : []),
      ]
      for (const digest of kin) if (book.manifests.has(digest)) stays.add(digest)
    }
  }
}

const trailsChecked = 10

/** No entry is lost, wherever the process was killed: a mark, an intent and an end for each deletion. */
async function checkTrail({ estate }: World, book: RepositoryBook, before: ReadonlySet<Digest>): Promise<void> {
  const deleted = [...book.swept.keys()].filter(digest => before.has(digest)).slice(0, trailsChecked)
  for (const digest of deleted) {
    const actions = new Set((await estate.store.listHistory(book.id, digest)).map(entry => entry.action))
    for (const action of ['image-recorded', 'marked', 'deletion-started', 'deleted'] as const)
      if (!actions.has(action)) refuse(book, digest, `the audit trail of deleted ${digest} lacks '${action}'`)
  }
}
