import type { Digest } from '../../shared/domain/digest.ts'
import type { RepositoryBook } from './registry-book.ts'

/** What a registry answers that no registry should, about one entry, or one place, of a repository. */
export type OddAnswer =
  | { readonly of: 'tag'; readonly name: string; readonly answer: 'sha512' | 'page' | 400 | 406 | 500 }
  | { readonly of: 'manifest'; readonly name: Digest; readonly answer: 'type' | 'nulls' | 'page' | 406 }
  | { readonly of: 'list'; readonly answer: 'names' | 'twice' | 'moved' }
  | { readonly of: 'head'; readonly answer: 405 }
  | { readonly of: 'referrers' | 'config'; readonly answer: 'json' | 403 | 500 }

export type Odd = OddAnswer & {
  /** Until the end of the round, whoever mends. */
  readonly isLasting: boolean
}

/** What does not answer now, or answers oddly. */
export interface Faults {
  registry: 'up' | 'down' | 'flaky'
  /** The registry goes down by itself after so many requests more. */
  registryFailsAfter: number
  /** Repositories whose tag lists come back cut short, with 200. */
  readonly shortLists: Set<string>
  /** By path, what is answered oddly there. */
  odd: Map<string, Odd[]>
  /** The host that stalls does so after so many calls of a sync or a sweep. */
  stallsAfter: number
  /** Nothing happens in the middle of a sweep any more. */
  isQuiet: boolean
  /** Names of the clusters that are not reached. */
  readonly clustersDown: Set<string>
}

export const createFaults = (): Faults => ({
  registry: 'up',
  registryFailsAfter: Number.POSITIVE_INFINITY,
  shortLists: new Set(),
  odd: new Map(),
  stallsAfter: Number.POSITIVE_INFINITY,
  isQuiet: false,
  clustersDown: new Set(),
})

export const oddTagOf = ({ faults }: { readonly faults: Faults }, { path }: RepositoryBook, tag: string) =>
  faults.odd.get(path)?.find(odd => odd.of === 'tag' && odd.name === tag)

/** How the tags of a repository are listed; of several odd ways, the first counts. */
export const oddListOf = ({ faults }: { readonly faults: Faults }, { path }: RepositoryBook) =>
  faults.odd.get(path)?.find(odd => odd.of === 'list')
