import { amountText } from '../../domain/amount-text.ts'
import type { Digest } from '../../domain/digest.ts'
import { isPassedOver } from '../../domain/sync-reason.ts'
import { UnavailableError } from '../../errors.ts'
import type { ManifestDeletion, RegistryWriter, TagDeletion, Untagging } from '../../ports/registry.ts'
import type { Deletion } from './deletion.ts'
import { type ConfirmDeps, isGoneSoon } from './look-again.ts'

export interface RegistryDeletionDeps extends ConfirmDeps {
  readonly writer: RegistryWriter
}

/** Thrown in the place of a delete call that may not be made any more. */
export class SweepStopped extends Error {}

/** Right before each delete call. */
export async function throwIfStopped({ stopReason }: Pick<ConfirmDeps, 'stopReason'>): Promise<void> {
  const reason = await stopReason()
  if (reason !== undefined) throw new SweepStopped(reason)
}

/** What stays, and why; `mayFollow`: the registry was asked to delete it and may still do so. */
export interface Kept {
  readonly outcome: 'kept'
  readonly reason: string
  readonly mayFollow?: boolean
  /** Tags that are gone all the same. */
  readonly gone?: readonly string[]
  /** The registry failed, rather than refused. */
  readonly isError?: boolean
}

/** `tags` are gone now; one that meanwhile points elsewhere is not among them. */
export type RegistryDeletion = { readonly outcome: 'deleted'; readonly tags: readonly string[] } | Kept

/**
 * Some tags by the ladder, or the whole image. The whole is deleted by its digest in one call, which takes the tags
 * along: a tag that is moved to another image in that moment is then safe, while a delete of the tag by its name would
 * hit the new image. Registries that refuse a tagged digest get the tags first.
 */
export async function deleteFromRegistry(
  deletion: Deletion,
  path: string,
  deps: RegistryDeletionDeps,
): Promise<RegistryDeletion> {
  const { image, tags, tagRecords, objects, wholeImage } = deletion
  const { digest } = image
  if (!wholeImage) return deleteTags({ path, tags, digest, wholeImage }, deps)
  let answer = await deleteManifest(path, deletion, deps)
  let off: readonly string[] = []
  if (answer.outcome === 'kept' && answer.tagsFirst && tags.length > 0) {
    const before = await deleteTags({ path, tags, digest, wholeImage }, deps)
    if (before.outcome === 'kept') return before
    off = before.tags
    answer = await deleteManifest(path, deletion, deps)
  }
  if (answer.outcome === 'kept')
    return { ...answer, reason: `digest kept: ${answer.reason}`, ...(off.length > 0 && { gone: off }) }
  // The others are known to be gone, and nothing depends on them.
  const asked = new Set([...tagRecords, ...objects].map(one => one.tag))
  const before = tags.filter(tag => !asked.has(tag))
  const after = await afterManifest(
    path,
    tags.filter(tag => asked.has(tag)),
    digest,
    deps,
  )
  return after.outcome === 'deleted' ? { ...after, tags: [...before, ...after.tags] } : after
}

/** Tags that were taken off and not looked at since; `refused`: this registry takes no tag off. */
export type TagsOff =
  | { readonly outcome: 'off'; readonly tags: readonly string[] }
  | { readonly outcome: 'refused' }
  | Kept

/** Takes tags off an image, one after the other. One that points elsewhere meanwhile is left there. */
export async function takeTagsOff(
  { image: { digest }, tagRecords }: Deletion,
  path: string,
  deps: RegistryDeletionDeps,
): Promise<TagsOff> {
  const { writer } = deps
  const tags: string[] = []
  for (const { tag } of tagRecords) {
    await throwIfStopped(deps)
    const answer = await orAccepted(() => writer.untag?.(path, tag, digest))
    if (answer === undefined || answer.outcome === 'unsupported') return { outcome: 'refused' }
    if (answer.outcome !== 'kept') tags.push(tag)
    else if ((await writer.findTag(path, tag)) === digest)
      return { ...answer, reason: `tag ${tag} kept: ${answer.reason}`, mayFollow: tags.length > 0 }
  }
  return { outcome: 'off', tags }
}

/** A call without an answer may have been carried out: the list shows it. */
async function orAccepted(untag: () => Promise<Untagging> | undefined): Promise<Untagging | undefined> {
  try {
    return await untag()
  } catch (error) {
    if (!isUnanswered(error)) throw error
    return { outcome: 'accepted' }
  }
}

/** How one call ended, once its effect was looked at. */
type Settled = { readonly outcome: 'gone' } | (Kept & { readonly tagsFirst?: boolean })

/**
 * Makes a delete call and answers what the registry has afterwards: a call without an answer may have been carried out,
 * and a 404 is not always true.
 */
async function settle(
  send: () => Promise<ManifestDeletion | TagDeletion>,
  isThere: () => Promise<boolean>,
  stillServed: Kept,
  deps: RegistryDeletionDeps,
): Promise<Settled> {
  await throwIfStopped(deps)
  try {
    const answer = await send()
    if (answer.outcome === 'deleted') return { outcome: 'gone' }
    if (answer.outcome === 'absent') return (await isThere()) ? stillServed : { outcome: 'gone' }
    if (answer.isAccepted !== true) return answer
    return (await isGoneSoon(isThere, deps)) ? { outcome: 'gone' } : { ...answer, mayFollow: true }
  } catch (error) {
    if (!isUnanswered(error)) throw error
    if (await isGoneSoon(isThere, deps)) return { outcome: 'gone' }
    return { outcome: 'kept', reason: error.message, mayFollow: true, isError: true }
  }
}

/** What a registry denies and still has. */
const stillServed: Kept = { outcome: 'kept', reason: 'registry says that it does not know it and still serves it' }

/** Quay says so of an image without tags. One whose tags were taken off here may still go for that. */
const untaggedServed = ({ tags }: Deletion): Kept => ({
  outcome: 'kept',
  reason: `${stillServed.reason}: it removes untagged images itself`,
  ...(tags.length > 0 && { mayFollow: true }),
})

/** The call may have arrived; one that the registry asks to repeat later has not been carried out. */
export const isUnanswered = (error: unknown): error is UnavailableError =>
  error instanceof UnavailableError && ['timeout', 'network', 'server'].includes(error.kind)

const deleteManifest = (path: string, deletion: Deletion, deps: RegistryDeletionDeps): Promise<Settled> =>
  settle(
    () => deps.writer.deleteManifest(path, deletion.image.digest),
    () => deps.writer.hasManifest(path, deletion.image.digest),
    deletion.tagRecords.length > 0 ? stillServed : untaggedServed(deletion),
    deps,
  )

interface TagsToDelete {
  readonly path: string
  readonly tags: readonly string[]
  readonly digest: Digest
  /** The digest is to go with them, or has gone: it stays while any of them does. */
  readonly wholeImage: boolean
}

/** One after the other. One that is kept costs the others nothing, but ends it where all go together. */
async function deleteTags(
  { path, tags, digest, wholeImage }: TagsToDelete,
  deps: RegistryDeletionDeps,
): Promise<RegistryDeletion> {
  const gone: string[] = []
  const kept: Kept[] = []
  for (const tag of tags) {
    const result = await settle(
      () => deps.writer.deleteTag(path, tag, digest, { lastTagGoesWithDigest: wholeImage }),
      async () => (await deps.writer.findTag(path, tag)) !== undefined,
      stillServed,
      deps,
    ).catch((error: unknown) => failedAfter(gone, error))
    if (result.outcome === 'gone') gone.push(tag)
    else kept.push({ ...result, reason: `tag ${tag} kept: ${result.reason}` })
    if (result.outcome === 'kept' && (wholeImage || result.isError)) break
  }
  const [first] = kept
  if (first === undefined) return { outcome: 'deleted', tags }
  const mayFollow = kept.some(one => one.mayFollow)
  return {
    outcome: 'kept',
    reason: kept.length > 1 ? `${first.reason}; and ${amountText(kept.length - 1, 'tag')} more` : first.reason,
    ...(mayFollow && { mayFollow }),
    ...(kept.some(one => one.isError) && { isError: true }),
    ...(gone.length > 0 && { gone }),
  }
}

/** A failure after some tags are gone must not lose them; one that ends the sweep is noted by the next. */
function failedAfter(gone: readonly string[], error: unknown): Kept {
  if (gone.length === 0 || !isPassedOver(error)) throw error
  return { outcome: 'kept', reason: error instanceof Error ? error.message : String(error), isError: true }
}

/** The digest is gone. Its tags should be as well, but there are registries that go on serving them. */
async function afterManifest(
  path: string,
  tags: readonly string[],
  digest: Digest,
  deps: RegistryDeletionDeps,
): Promise<RegistryDeletion> {
  const gone: string[] = []
  try {
    for (const tag of tags) {
      const now = await deps.writer.findTag(path, tag)
      if (now === digest) {
        if (await deps.writer.findManifest(path, digest))
          return { outcome: 'kept', reason: `digest kept: it was pushed again under tag ${tag}` }
        const left = await deleteTags({ path, tags: [tag], digest, wholeImage: true }, deps)
        // Its digest is gone, and the tag counts as gone once the registry serves it no more.
        if (left.outcome === 'kept') return { ...left, gone, mayFollow: true }
      }
      if (now === undefined || now === digest) gone.push(tag)
    }
  } catch (error) {
    if (!isUnanswered(error)) throw error
    return { outcome: 'kept', reason: error.message, gone, mayFollow: true, isError: true }
  }
  return { outcome: 'deleted', tags: gone }
}
