import type { Digest } from '../../shared/domain/digest.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import { seenWithDoubt } from './doubt.ts'
import { oddTagOf } from './faults.ts'
import { needOfDigest, needOfTag, type Scene } from './needed.ts'
import { findPolicyView, listPolicyViews, listTracking, type PolicyView } from './policy-view.ts'
import { attachedSubjectOf, type RepositoryBook } from './registry-book.ts'
import { hasStanding, mayDelete } from './tenants.ts'
import { trackersOf } from './trackers.ts'
import { isBeforeGrants } from './versions.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/** @throws ViolationError when the tag must stay */
export async function checkTagDeletion(world: World, book: RepositoryBook, tag: string, digest: Digest): Promise<void> {
  const what = `tag ${book.id}:${tag} of ${digest}`
  const scene = await sceneOf(world, book, what, digest)
  await checkMark(world, scene.policy, book, digest, what)
  refuse(book, digest, what, oddTagOf(world, book, tag) && 'it cannot be read')
  refuse(book, digest, what, needOfTag(scene, tag, digest))
}

/** @throws ViolationError when the digest must stay */
export async function checkDigestDeletion(world: World, book: RepositoryBook, digest: Digest): Promise<void> {
  const what = `digest ${book.id}@${digest}`
  const scene = await sceneOf(world, book, what, digest)
  const { book: seen } = scene
  await checkMark(world, scene.policy, book, digest, what)
  // Somebody else may take the noted tag off it, and a sweep that was killed after it did so itself looks the same.
  const image = await world.estate.store.findImage(book.id, digest)
  const mayBeOurs = (tag: string) => scene.policy.covers(tag) || attachedSubjectOf(tag) !== undefined
  if (image?.deletion?.tags.some(mayBeOurs)) book.bared.add(digest)
  if (image?.deletion) book.noted.set(digest, image.deletion.tags)
  // Registries drop the tags with their digest: one call may stand for all of them.
  for (const tag of seen.tagsOf(digest)) {
    const isNew = book.newTags.has(tag)
    refuse(book, digest, what, isNew ? `the tag ${tag} was put on it meanwhile` : needOfTag(scene, tag, digest))
  }
  const parent = seen.parentsOf(digest).find(one => scene.isVisible(one.digest))
  refuse(book, digest, what, parent && `the index ${parent.digest} still refers to it`)
  const manifest = seen.manifests.get(digest)
  const subject = manifest && seen.subjectsOf(manifest).find(scene.isVisible)
  refuse(book, digest, what, subject && `its subject ${subject} is still there`)
  refuse(book, digest, what, needOfDigest(scene, digest))
}

/**
 * The policy of the sweep under way. It may cover nothing of the repository any more, where the objects of what this is
 * about went with that in the same sweep: this goes with its subject all the same.
 */
async function sweepingPolicy(
  { estate, pipeline }: World,
  book: RepositoryBook,
  views: readonly PolicyView[],
  digest: Digest,
): Promise<PolicyView | undefined> {
  const request = pipeline.executing
  const covering = views.find(view => view.name === request?.policy && view.namespace === request.namespace)
  const manifest = book.manifests.get(digest)
  const isAboutSwept = manifest && book.namedSubjectsOf(manifest).some(subject => book.swept.has(subject))
  if (covering || !request || !isAboutSwept) return covering
  return findPolicyView(estate.clusters[0], request, book.path)
}

function refuse(book: RepositoryBook, digest: Digest, what: string, reason: string | undefined): void {
  if (reason !== undefined)
    throw new ViolationError({ what: `${what} deleted: ${reason}`, repository: book.id, digest })
}

async function sceneOf(world: World, book: RepositoryBook, what: string, digest: Digest): Promise<Scene> {
  const { figures, faults, estate, deployments, pipeline } = world
  figures['deletions checked'] += 1
  const request = pipeline.executing
  const fail = (why: string) => refuse(book, digest, what, why)
  if (!request || request.repository !== book.path) throw new ViolationError({ what: `${what} deleted out of turn` })
  const [down] = faults.clustersDown
  if (down !== undefined) fail(`cluster ${down} is not reached`)
  if (estate.killSwitch.on) fail('the kill switch is on')
  const [views, objects] = await Promise.all([
    listPolicyViews(estate.clusters[0], book.path),
    listTracking(estate.clusters[0], book.path),
  ])
  const policy = await sweepingPolicy(world, book, views, digest)
  if (!policy) throw new ViolationError({ what: `${what} deleted by a policy that does not cover it`, digest })
  if (policy.spec.suspend || policy.spec.dryRun) fail(`policy ${policy.name} is suspended or on dry run`)
  if (!policy.spec.targets.includes('RegistryArtifact')) fail(`policy ${policy.name} does not target the registry`)
  // The version before grants asks nobody for rights, and every policy before it deletes.
  const asksNobody = pipeline.isYesterday && isBeforeGrants(world)
  if (!asksNobody && !mayDelete(policy.namespace)) fail(`policy ${policy.id} has no right to delete`)
  const known = await pipeline.knownDigests(book)
  const isVisible = (one: Digest) => book.manifests.has(one) && (known.has(one) || book.tagsOf(one).length > 0)
  const { seen, doubt } = await seenWithDoubt(world, book, isVisible)
  if (doubt.all !== undefined) fail(doubt.all)
  return {
    book: seen,
    doubt,
    deployments,
    isVisible,
    policy,
    rivals: views.filter(view => view !== policy && (asksNobody || hasStanding(view.namespace, book.path))),
    trackers: asksNobody ? [] : trackersOf(objects, policy, views, book.path),
    nowMs: estate.clock.nowMs(),
    facts: estate.registry.facts,
  }
}

/** Two phases, and the bytes put by, whatever else holds. */
async function checkMark(
  { estate }: World,
  { graceMs, id }: PolicyView,
  book: RepositoryBook,
  digest: Digest,
  what: string,
): Promise<void> {
  if (!estate.archive.entries.has(digest)) refuse(book, digest, what, 'it was not archived')
  const image = await estate.store.findImage(book.id, digest)
  const problem = problemOf(image, id)
  if (problem !== undefined || !image?.mark) return refuse(book, digest, what, problem)
  const waitedMs = estate.clock.nowMs() - image.mark.markedAt.getTime()
  if (waitedMs < graceMs) refuse(book, digest, what, `it was marked ${waitedMs} ms ago and its grace is ${graceMs} ms`)
}

function problemOf(image: ImageRecord | undefined, policy: string): string | undefined {
  if (!image?.mark) return 'it was not marked'
  if (image.mark.policy !== policy) return `it was marked by ${image.mark.policy}, not by ${policy}`
  return image.deletion ? undefined : 'the intent was not noted'
}
