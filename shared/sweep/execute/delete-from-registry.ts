import type { Digest } from '../../domain/digest.ts'
import type { ManifestDeletion, RegistryWriter } from '../../ports/registry.ts'
import type { Deletion } from './deletion.ts'

export interface RegistryDeletionDeps {
  readonly writer: RegistryWriter
  readonly stopReason: () => Promise<string | undefined>
}

/** Thrown in the place of a delete call that may not be made any more. */
export class SweepStopped extends Error {}

/** `tags` are gone now; one that meanwhile points elsewhere is not among them. */
export type RegistryDeletion =
  | { readonly outcome: 'deleted'; readonly tags: readonly string[] }
  | { readonly outcome: 'kept'; readonly reason: string }

/**
 * Some tags by the ladder, or the whole image. The whole is deleted by its digest in one call, which takes the tags
 * along: a tag that somebody moves to another image in that moment is then safe, while a delete of the tag by its name
 * would hit what he pushed. Registries that refuse a tagged digest get the tags first.
 */
export async function deleteFromRegistry(
  { image: { digest }, tags, wholeImage }: Deletion,
  path: string,
  deps: RegistryDeletionDeps,
): Promise<RegistryDeletion> {
  if (!wholeImage) return deleteTags(path, tags, digest, false, deps)
  let answer = await deleteManifest(path, digest, deps)
  if (answer.outcome === 'kept' && answer.tagsFirst) {
    const before = await deleteTags(path, tags, digest, true, deps)
    if (before.outcome === 'kept') return before
    answer = await deleteManifest(path, digest, deps)
  }
  if (answer.outcome === 'kept') return { outcome: 'kept', reason: `digest kept: ${answer.reason}` }
  return afterManifest(path, tags, digest, deps)
}

async function deleteManifest(path: string, digest: Digest, deps: RegistryDeletionDeps): Promise<ManifestDeletion> {
  await requireGo(deps)
  return deps.writer.deleteManifest(path, digest)
}

async function requireGo({ stopReason }: RegistryDeletionDeps): Promise<void> {
  const reason = await stopReason()
  if (reason !== undefined) throw new SweepStopped(reason)
}

/** One after the other: the first that is kept ends it, and the digest stays while any of its tags does. */
async function deleteTags(
  path: string,
  tags: readonly string[],
  digest: Digest,
  lastTagGoesWithDigest: boolean,
  deps: RegistryDeletionDeps,
): Promise<RegistryDeletion> {
  for (const tag of tags) {
    await requireGo(deps)
    const result = await deps.writer.deleteTag(path, tag, digest, { lastTagGoesWithDigest })
    if (result.outcome === 'kept') return { outcome: 'kept', reason: `tag ${tag} kept: ${result.reason}` }
  }
  return { outcome: 'deleted', tags }
}

/** The digest is gone. Its tags should be as well, but there are registries that go on serving them. */
async function afterManifest(
  path: string,
  tags: readonly string[],
  digest: Digest,
  deps: RegistryDeletionDeps,
): Promise<RegistryDeletion> {
  const gone: string[] = []
  for (const tag of tags) {
    const now = await deps.writer.findTag(path, tag)
    if (now === digest) {
      if (await deps.writer.findManifest(path, digest))
        return { outcome: 'kept', reason: `digest kept: it was pushed again under tag ${tag}` }
      const left = await deleteTags(path, [tag], digest, true, deps)
      if (left.outcome === 'kept') return left
    }
    if (now === undefined || now === digest) gone.push(tag)
  }
  return { outcome: 'deleted', tags: gone }
}
