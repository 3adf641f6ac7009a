import type { RegistryArchive } from '../../ports/registry.ts'
import { isUnanswered, type Kept, type RegistryDeletionDeps, throwIfStopped } from './delete-from-registry.ts'
import type { Deletion } from './deletion.ts'

/**
 * Moves a whole image into its registry's archive, with its tags, in one call. An index goes before its children and a
 * subject before its referrers, so that nothing which is handed out ever refers to what is not.
 */
export async function archiveInRegistry(
  { image: { digest } }: Pick<Deletion, 'image'>,
  path: string,
  archive: RegistryArchive,
  deps: Pick<RegistryDeletionDeps, 'stopReason'>,
): Promise<Archived | Kept> {
  await throwIfStopped(deps)
  try {
    const answer = await archive.archiveManifest(path, digest)
    if (answer.outcome === 'kept') return answer
    if (answer.outcome === 'archived') return { outcome: 'archived' }
    return { outcome: 'kept', reason: 'the registry has it no more: nothing is archived' }
  } catch (error) {
    // A call without an answer may have been carried out.
    if (!isUnanswered(error)) throw error
    if ((await archive.findStorage(path, digest)) === 'archived') return { outcome: 'archived' }
    return { outcome: 'kept', reason: error.message, isError: true }
  }
}

interface Archived {
  readonly outcome: 'archived'
}
