import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import type { ImageRecord } from '../../shared/domain/records.ts'
import { isRegistryOutcome } from '../../shared/domain/sync-reason.ts'
import { ConflictError } from '../../shared/errors.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { ManifestArchive } from '../../shared/ports/platform.ts'
import type { RegistryWriter } from '../../shared/ports/registry.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'
import type { Deletion } from './plan-deletions.ts'

export interface DeleteDeps {
  readonly store: Store
  readonly writer: RegistryWriter
  readonly archive: ManifestArchive
  readonly cluster: Cluster
  readonly now: () => Date
}

export interface DeleteContext {
  readonly policy: Policy
  readonly runId: string
  /** Path in the registry. */
  readonly path: string
}

/** How one deletion ended. `failed` names what was kept and why; nothing of it is lost. */
export type DeleteResult =
  | { readonly outcome: 'deleted'; readonly wholeImage: boolean }
  | { readonly outcome: 'failed'; readonly message: string }

/**
 * Deletes one image, or some tags of it: archive, note the intent, delete the tags, then the digest, then the objects,
 * and note the end. Killed anywhere, the next run finds the intent and goes on where it was.
 */
export async function deleteImage(deletion: Deletion, context: DeleteContext, deps: DeleteDeps): Promise<DeleteResult> {
  const intoRegistry = context.policy.spec.targets.includes('RegistryArtifact')
  if (!intoRegistry && !context.policy.spec.targets.includes('Configuration'))
    return {
      outcome: 'failed',
      message: 'expected target Configuration or RegistryArtifact; NodeCache is not served by this installation',
    }
  await archiveImage(deletion, context, deps)
  const noted = await noteIntent(deletion, context, deps)
  try {
    const problem = intoRegistry ? await deleteFromRegistry(deletion, context, deps) : undefined
    if (problem !== undefined) return await noteFailure(noted, problem, context, deps)
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return noteFailure(noted, error.message, context, deps)
  }
  // Noted before the objects go, which bring the tags into the scope: what is killed after this is known as begun.
  if (intoRegistry)
    for (const tag of deletion.tags) await againAfterConflict(() => noteTagGone(noted, tag, context, deps))
  if (context.policy.spec.targets.includes('Configuration'))
    for (const { object } of deletion.objects) await deps.cluster.deleteObject(object)
  await noteEnd(noted, deletion, intoRegistry, context, deps).catch(async error => {
    const current = await findOvertaken(error, noted, context, deps)
    await noteEnd(current, deletion, intoRegistry, context, deps)
  })
  return { outcome: 'deleted', wholeImage: intoRegistry && deletion.wholeImage }
}

/** Before any delete call: the bytes, the graph and the objects, so that `restore` can put them back. */
async function archiveImage(
  { image, tags, objects }: Deletion,
  { path }: DeleteContext,
  deps: DeleteDeps,
): Promise<void> {
  const manifest = await deps.writer.findManifest(path, image.digest)
  // Gone already: a run before this one archived and deleted it.
  if (!manifest) return
  const referrers = await deps.writer.listReferrers(path, image.digest)
  await deps.archive.putManifest({
    repository: image.repository,
    digest: image.digest,
    mediaType: manifest.mediaType,
    bytes: manifest.bytes,
    graph: {
      tags,
      children: manifest.children ?? [],
      referrers: referrers.map(referrer => referrer.digest),
      objects: objects.map(({ object: { cluster, metadata, spec } }) => {
        const { name, namespace, labels, annotations } = metadata
        return { cluster, metadata: { name, namespace, labels, annotations }, spec }
      }),
    },
  })
}

/** Undefined when everything is gone; else what was kept and why. The digest stays while any of its tags does. */
async function deleteFromRegistry(
  { image, tags, wholeImage }: Deletion,
  { path }: DeleteContext,
  { writer }: DeleteDeps,
): Promise<string | undefined> {
  for (const tag of tags) {
    const result = await writer.deleteTag(path, tag, image.digest, { lastTagGoesWithDigest: wholeImage })
    if (result.outcome === 'kept') return `tag ${tag} kept: ${result.reason}`
  }
  if (!wholeImage) return undefined
  const tagged = await newTagOn(image, path, writer)
  if (tagged !== undefined) return `digest kept: tag ${tagged} points at it now`
  const result = await writer.deleteManifest(path, image.digest)
  return result.outcome === 'kept' ? `digest kept: ${result.reason}` : undefined
}

/** A tag pushed onto the digest since it was planned would go with it: the last look before the delete. */
async function newTagOn(image: ImageRecord, path: string, writer: RegistryWriter): Promise<string | undefined> {
  const { tags } = await writer.listRepository(path).catch(error => {
    if (error instanceof Error && error.name === 'NotFoundError') return { tags: [] }
    throw error
  })
  for (const { tag, digest } of tags) {
    if ((digest ?? (await writer.findTag(path, tag))) === image.digest) return tag
  }
  return undefined
}

const entry = (
  image: ImageRecord,
  context: DeleteContext,
  now: Date,
  rest: Pick<AuditEntry, 'action' | 'reason'>,
): AuditEntry => ({
  id: randomUUID(),
  at: now,
  actor: `policy ${context.policy.id}`,
  digest: image.digest,
  runId: context.runId,
  facts: image.mark?.facts ?? [],
  ...rest,
})

async function noteIntent(
  { image, tags }: Deletion,
  context: DeleteContext,
  { store, now }: DeleteDeps,
): Promise<ImageRecord> {
  if (image.deletion?.runId === context.runId) return image
  const change = entry(image, context, now(), {
    action: 'deletion-started',
    reason: image.mark?.reason ?? 'no rule keeps it',
  })
  return store.saveImage({ ...image, deletion: { runId: context.runId, startedAt: now(), tags }, change }, image)
}

/** The mark goes with the failure, so that the image waits out its grace again before the next try. */
async function noteFailure(
  noted: ImageRecord,
  message: string,
  context: DeleteContext,
  { store, now }: DeleteDeps,
): Promise<DeleteResult> {
  const { mark: _m, deletion: _d, ...rest } = noted
  const change = entry(noted, context, now(), { action: 'delete-failed', reason: message })
  await store.saveImage({ ...rest, change }, noted)
  return { outcome: 'failed', message }
}

async function noteEnd(
  noted: ImageRecord,
  deletion: Deletion,
  intoRegistry: boolean,
  context: DeleteContext,
  deps: DeleteDeps,
): Promise<void> {
  const now = deps.now()
  const { mark: _m, deletion: _d, ...rest } = noted
  const reason = noted.mark?.reason ?? 'no rule keeps it'
  const change = entry(noted, context, now, {
    action: 'deleted',
    reason: intoRegistry ? reason : `object only: ${reason}`,
  })
  await deps.store.saveImage({ ...rest, ...(intoRegistry && deletion.wholeImage && { goneAt: now }), change }, noted)
}

async function noteTagGone(
  noted: ImageRecord,
  tag: string,
  context: DeleteContext,
  { store, now }: DeleteDeps,
): Promise<void> {
  const record = await store.findTag(noted.repository, tag)
  if (!record || record.goneAt !== undefined || record.digest !== noted.digest) return
  const change = {
    ...entry(noted, context, now(), { action: 'deleted', reason: noted.mark?.reason ?? 'no rule keeps it' }),
    tag,
  }
  await store.saveTag({ ...record, goneAt: now(), checkedAt: now(), change }, record)
}

/** A registry that tells of its deletions makes sync write at the same moment: read and decide again, once. */
async function againAfterConflict(attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt()
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    await attempt()
  }
}

/** The record that won over `noted`, when it is still of this very deletion; else the conflict is thrown on. */
async function findOvertaken(
  error: unknown,
  noted: ImageRecord,
  context: DeleteContext,
  { store }: DeleteDeps,
): Promise<ImageRecord> {
  const current = error instanceof ConflictError && (await store.findImage(noted.repository, noted.digest))
  if (!current || current.deletion?.runId !== context.runId) throw error
  return current
}
