import type { Digest } from '../domain/digest.ts'

/**
 * `restored`: put back now. `present`: there already. `left-alone`: its name belongs to something newer, or its cluster to another installation. `missing`: what
 * it needs is gone for good. `failed`: a registry, cluster or the store did not answer or refused, and another try may succeed.
 */
export type RestoreOutcome = 'restored' | 'present' | 'left-alone' | 'missing' | 'failed'

/** A config or layer that the registry has no more. */
export interface GoneBlob {
  readonly digest: Digest
  readonly kind: 'config' | 'layer'
  readonly sizeBytes: number
}

/** One manifest, tag or Repository object, and what became of it. */
export interface RestoredItem {
  readonly kind: 'manifest' | 'tag' | 'object'
  /** The digest, the tag, or `cluster/namespace/name` of the object. */
  readonly name: string
  /** Of the image that it is or belongs to. */
  readonly digest: Digest
  readonly outcome: RestoreOutcome
  readonly reason: string
  /** Of a manifest with its config and layers, those of its children apart; absent where it is not known. */
  readonly sizeBytes?: number
  /** The blobs for which a manifest could not be put back. */
  readonly gone?: readonly GoneBlob[]
  /** The blobs that the registry lacked and that were, or would be, uploaded from the archive. */
  readonly uploaded?: readonly GoneBlob[]
  /** Set where it came back out of its registry's archive: where that has it now, which hands it out only when `active`. */
  readonly storage?: 'active' | 'activating'
  /** Until when the archive holds all configs and layers of a manifest, so that it can be put back whatever its registry does. */
  readonly archivedUntil?: Date
}

/** True where the thing is as it was before its deletion. */
export const isBack = ({ outcome }: Pick<RestoredItem, 'outcome'>): boolean =>
  outcome === 'restored' || outcome === 'present'
