import { partsOf } from '../repository-id.ts'
import type { RepositoryCopies } from './repository-copies.ts'

/** What the repository of the same path in another registry is to one. */
export type CopyRelation = 'source' | 'replica' | 'may-be-source' | 'may-be-replica'

/** By the host of the other registry; what is known goes before what may be. */
export function relationsOf(copies: RepositoryCopies): ReadonlyMap<string, CopyRelation> {
  const { sources, replicas, mayBeSources, mayBeReplicas } = copies
  const all = (hosts: readonly string[], relation: CopyRelation) => hosts.map(host => [host, relation] as const)
  return new Map([
    ...all(mayBeReplicas, 'may-be-replica'),
    ...all(mayBeSources, 'may-be-source'),
    ...all(
      replicas.map(({ id }) => partsOf(id).registry),
      'replica',
    ),
    ...all(
      sources.map(({ id }) => partsOf(id).registry),
      'source',
    ),
  ])
}

/** As a relative clause about the other. */
export const relationTexts: Readonly<Record<CopyRelation, string>> = {
  source: 'of which this is a replica',
  replica: 'of which this is the source',
  'may-be-source': 'which may replicate to here',
  'may-be-replica': 'to which this may be replicated',
}
