import type { Digest } from '../../../domain/digest.ts'
import type { TagDeletion } from '../../../ports/registry.ts'

/** A tag that stays, with the reason that people read. */
export const kept = (reason: string): TagDeletion & { readonly outcome: 'kept' } => ({ outcome: 'kept', reason })

/** Why a tag that points elsewhere stays. */
export const movedTo = (digest: Digest): TagDeletion => kept(`tag moved to ${digest}`)
