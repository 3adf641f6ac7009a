import type { Digest } from '../digest.ts'

/** Who tracks something, beside the policy that is judged. */
export interface Tracking {
  readonly reason: string
  readonly protectedBy: readonly string[]
}

/** Who else tracks the tag of an image, or an untagged image, and is to be asked before it is deleted. */
export type TrackedTest = (repository: string, tag: string | undefined, digest: Digest) => Tracking | undefined
