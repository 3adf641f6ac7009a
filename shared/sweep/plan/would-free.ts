import { BytesFreed, type FreedBytes } from '../../domain/bytes-freed.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { owningNamespaceOf } from '../world/owning-namespace.ts'

/** What deleting all that a policy would delete would free; nothing where it leaves images in the registry. */
export function wouldFree({ policy, covered, judgement, digestsToDelete }: Evaluation): FreedBytes {
  const bytes = new BytesFreed()
  const { targets, action } = policy.spec
  if (!targets.includes('RegistryArtifact') || action === 'Archive') return bytes.sum()
  const namespaceOf = owningNamespaceOf(covered)
  for (const { repository, digest, image, tags } of judgement.decisions) {
    const toDelete = digestsToDelete.get(repository)?.has(digest) === true
    bytes.add(repository, image, toDelete, toDelete ? namespaceOf(repository, tags) : undefined)
  }
  return bytes.sum()
}
