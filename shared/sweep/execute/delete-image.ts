import type { Digest } from '../../domain/digest.ts'
import type { CleanupPolicy } from '../../domain/policy/policy.ts'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'
import { InvalidInputError, UnavailableError } from '../../errors.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { RegistryWriter } from '../../ports/registry.ts'
import { syncDigest } from '../../sync/sync-repository.ts'
import { noArchiveText } from '../world/unarchivable.ts'
import { type ArchiveContext, type ArchiveDeps, archiveImage } from './archive-image.ts'
import { archiveInRegistry } from './archive-in-registry.ts'
import { deleteFromRegistry, type Kept, SweepStopped, takeTagsOff, throwIfStopped } from './delete-from-registry.ts'
import type { Deletion } from './deletion.ts'
import { LayersLeft } from './layer-copies.ts'
import type { ConfirmDeps } from './look-again.ts'
import {
  type NoteContext,
  type NoteDeps,
  noteArchived,
  noteEnd,
  noteFailure,
  noteIntent,
  noteKept,
  noteTagGone,
} from './note-deletion.ts'
import { type Stop, stopAfter } from './worker-pool.ts'

export interface DeleteDeps extends ArchiveDeps, NoteDeps, ConfirmDeps {
  readonly writer: RegistryWriter
  readonly cluster: Cluster
}

export interface DeleteContext extends ArchiveContext, NoteContext {
  readonly policy: ArchiveContext['policy'] & { readonly spec: Pick<CleanupPolicy, 'action' | 'targets'> }
  /** True for a digest that was there when the verdict was reached: no other referrer was judged. */
  readonly isKnown: (digest: Digest) => boolean
  /** True when the look saw the tag under which clients keep the digest's referrers; a later one is a reason to keep. */
  readonly hasReferrersTag: (digest: Digest) => boolean
  /** Asked right before a digest is deleted: why it must stay after all, see {@link TagRecheck}. */
  readonly reasonToKeep: (digest: Digest) => Promise<string | undefined>
}

/** `gone`: tags that were deleted all the same. */
type Failed = Omit<Kept, 'outcome' | 'reason'> & { outcome: 'failed'; message: string; isError: boolean }
type KeptResult = { readonly outcome: 'kept'; readonly message: string }
type Stopped = { readonly outcome: 'stopped' } & Stop

/**
 * How a deletion ended. Of `failed` and `kept` nothing is lost, and the image waits out a new grace: `failed` is what a
 * person should look at. `stopped` leaves everything as it is for the next request.
 */
export type DeleteResult =
  | { readonly outcome: 'deleted'; readonly isGone: boolean; readonly tags: readonly string[] }
  | { readonly outcome: 'archived'; readonly tags: readonly string[] }
  | KeptResult
  | Failed
  | Stopped

/**
 * `overtaken`: the record is no longer the one that was judged, so that the next look decides. `left`: there was no time to
 * archive its layers, so that the next execution goes on. `lacking`: so many of them the registry had no more.
 */
export type PrepareResult =
  | { readonly outcome: 'prepared'; readonly lacking: number }
  | { readonly outcome: 'overtaken' | 'left' }
  | Failed
  | Stopped

/** Archives an image and notes that it is about to be deleted. Killed anywhere, the next run continues there. */
export async function prepareDeletion(
  deletion: Deletion,
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<PrepareResult> {
  const { targets } = context.policy.spec
  if (!targets.includes('RegistryArtifact') && !targets.includes('Configuration')) {
    const message = 'expected target Configuration or RegistryArtifact; NodeCache is not served by this installation'
    return { outcome: 'failed', message, isError: false }
  }
  try {
    const reason = await findRefusal(deletion, context, deps)
    if (reason !== undefined) return await failFor(deletion, { reason }, context, deps)
    const { read, lacking } = await archiveImage(deletion, context, deps)
    if (await noteIntent(deletion, read, context, deps)) return { outcome: 'prepared', lacking }
    return { outcome: 'overtaken' }
  } catch (error) {
    if (error instanceof LayersLeft) return { outcome: 'left' }
    return failedOrThrown(error, deletion, context, deps)
  }
}

/** Before its manifest is read, which some registries count as a pull. */
const findRefusal = async ({ tags }: Deletion, { path, policy }: DeleteContext, { writer }: DeleteDeps) =>
  policy.spec.targets.includes('RegistryArtifact') ? writer.findRefusal?.(path, tags) : undefined

/** Why a whole image stays that got a referrer since it was judged; undefined where it got none. */
export async function keepIfReferredTo(
  deletion: Deletion,
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<DeleteResult | undefined> {
  if (!context.policy.spec.targets.includes('RegistryArtifact')) return undefined
  try {
    return await keepForReferrer(deletion, context, deps)
  } catch (error) {
    return failedOrThrown(error, deletion, context, deps)
  }
}

/**
 * Deletes a prepared image that got no referrer, or some tags of it: in the registry, then the objects; then notes the
 * end. Right before that the tags are looked at.
 */
export async function deleteImage(deletion: Deletion, context: DeleteContext, deps: DeleteDeps): Promise<DeleteResult> {
  try {
    return await deletePrepared(deletion, context, deps)
  } catch (error) {
    return failedOrThrown(error, deletion, context, deps)
  }
}

/** `off`: taken off, and not yet looked at whether they are gone. `refused`: this registry takes no tag off. */
export type UntagResult =
  | { readonly outcome: 'off'; readonly tags: readonly string[] }
  | { readonly outcome: 'refused' }
  | KeptResult
  | Failed
  | Stopped

/**
 * Takes the tags of a prepared image off. A tag that came to it meanwhile keeps its digest: that is looked at before
 * the digest is deleted. Killed anywhere, its record says which run had begun.
 */
export async function untagImage(deletion: Deletion, context: DeleteContext, deps: DeleteDeps): Promise<UntagResult> {
  try {
    const kept = await keepForReferrer(deletion, context, deps)
    if (kept) return kept
    const answer = await takeTagsOff(deletion, context.path, deps)
    return answer.outcome === 'kept' ? await failFor(deletion, answer, context, deps) : answer
  } catch (error) {
    return failedOrThrown(error, deletion, context, deps)
  }
}

/** Tags of a prepared image are gone; one that the registry still has although it said that it deleted it is a failure. */
export async function noteUntagged(
  deletion: Deletion,
  { gone, left }: { readonly gone: readonly string[]; readonly left: readonly string[] },
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<Failed | undefined> {
  await noteTagsGone(deletion, gone, context, deps)
  if (left.length === 0) return undefined
  const reason = `tag ${left.join(', ')} kept: registry accepted the delete and the tag is still there`
  return failFor(deletion, { reason, mayFollow: true }, context, deps)
}

async function deletePrepared(deletion: Deletion, context: DeleteContext, deps: DeleteDeps): Promise<DeleteResult> {
  const { targets } = context.policy.spec
  const intoRegistry = targets.includes('RegistryArtifact')
  let { tags } = deletion
  let kept: Kept | undefined
  if (intoRegistry) {
    const needed = deletion.wholeImage ? await context.reasonToKeep(deletion.image.digest) : undefined
    if (needed !== undefined) return keepNeeded(deletion, needed, context, deps)
    if (context.policy.spec.action === 'Archive') return archivePrepared(deletion, context, deps)
    const answer = await deleteFromRegistry(deletion, context.path, deps)
    if (answer.outcome === 'kept') kept = answer
    tags = answer.outcome === 'kept' ? (answer.gone ?? []) : answer.tags
    await noteTagsGone(deletion, tags, context, deps)
  }
  if (targets.includes('Configuration')) await deleteObjects(deletion, tags, deps)
  if (kept) return failFor(deletion, kept, context, deps)
  const isGone = intoRegistry && deletion.wholeImage
  await noteEnd(deletion.image, { isGone, objectOnly: !intoRegistry }, context, deps)
  return { outcome: 'deleted', isGone, tags }
}

async function archivePrepared(deletion: Deletion, context: DeleteContext, deps: DeleteDeps): Promise<DeleteResult> {
  const { archive } = deps.writer
  if (archive === undefined) throw new InvalidInputError(noArchiveText(deletion.image.repository))
  const answer = await archiveInRegistry(deletion, context.path, archive, deps)
  if (answer.outcome === 'kept') return failFor(deletion, answer, context, deps)
  const { tags } = deletion
  if (context.policy.spec.targets.includes('Configuration')) await deleteObjects(deletion, tags, deps)
  await noteArchived(deletion.image, context, deps)
  return { outcome: 'archived', tags }
}

/**
 * Noted before the objects that track the tags are deleted: if it is killed after this, the deletion is known as begun.
 */
async function noteTagsGone(
  { image, tagRecords }: Deletion,
  tags: readonly string[],
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<void> {
  for (const record of tagRecords) if (tags.includes(record.tag)) await noteTagGone(image, record, context, deps)
}

async function failFor(
  { image, tags }: Deletion,
  { reason, mayFollow, isError = false, gone = [] }: Omit<Kept, 'outcome'>,
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<Failed> {
  const left = tags.filter(tag => !gone.includes(tag))
  await noteFailure(image, { reason, ...(mayFollow && { mayFollow: left }) }, context, deps)
  return { outcome: 'failed', message: reason, isError, gone }
}

async function deleteObjects(deletion: Deletion, tags: readonly string[], deps: DeleteDeps): Promise<void> {
  for (const { object, tag } of deletion.objects) {
    if (tag === undefined || !tags.includes(tag)) continue
    await throwIfStopped(deps)
    await deps.cluster.deleteObject(object)
  }
}

/**
 * A signature or an SBOM that was pushed since, or whose push was never recorded. Lists may name some that are gone.
 */
async function findUnjudgedReferrer(
  { image, wholeImage }: Deletion,
  { path, isKnown, hasReferrersTag }: DeleteContext,
  { writer }: DeleteDeps,
): Promise<Digest | undefined> {
  if (!wholeImage) return undefined
  const referrers = await writer.listReferrers(path, image.digest, {
    hasReferrersTag: hasReferrersTag(image.digest),
  })
  for (const { digest } of referrers) if (!isKnown(digest) && (await writer.findManifest(path, digest))) return digest
  return undefined
}

async function keepNeeded(
  { image }: Deletion,
  reason: string,
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<KeptResult> {
  const message = `kept: ${reason}`
  await noteKept(image, message, context, deps)
  return { outcome: 'kept', message }
}

/** A referrer that was not judged is recorded, so that the next run judges the two together. */
async function keepForReferrer(
  deletion: Deletion,
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<KeptResult | undefined> {
  const referrer = await findUnjudgedReferrer(deletion, context, deps)
  if (referrer === undefined) return undefined
  const { repository } = deletion.image
  const sync = { repository, actor: 'sweep', authority: 'none' as const, now: deps.now(), hinted: false }
  await syncDigest(sync, context.path, referrer, { store: deps.store, reader: deps.writer })
  return keepNeeded(deletion, `its referrer ${referrer} was not known when it was judged`, context, deps)
}

/** An answer of the registry is a result; where it asks to wait, the whole sweep stops, also for this image. */
async function failedOrThrown(
  error: unknown,
  { image }: Deletion,
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<Failed | Stopped> {
  if (error instanceof SweepStopped) return { outcome: 'stopped', message: error.message }
  if (!isRegistryOutcome(error)) throw error
  if (error instanceof UnavailableError && error.kind === 'rate-limited')
    return { outcome: 'stopped', ...stopAfter('the registry asks for fewer requests', error) }
  await noteFailure(image, { reason: error.message }, context, deps)
  return { outcome: 'failed', message: error.message, isError: true }
}
