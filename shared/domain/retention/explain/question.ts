import type { Digest } from '../../digest.ts'
import type { Image } from '../../image.ts'
import type { RetentionPolicy } from '../../policy/policy.ts'
import type { Usage } from '../../usage.ts'
import type { Decision } from '../../verdict.ts'
import type { Judgement } from '../judgement.ts'
import type { TagScope } from '../tag-scope.ts'

/** One image of one repository that is to be explained, with everything that its verdict rests on. */
export interface Question {
  readonly digest: Digest
  /** The complete listing of its repository. */
  readonly images: readonly Image[]
  readonly policy: RetentionPolicy
  readonly now: Date
  readonly scope?: TagScope
  /** What the engine decides, also where something is different; undefined for an image that is not listed. */
  readonly answer: (supposition?: Supposition) => Decision | undefined
}

/** What is different in a world that is only asked about. */
export interface Supposition {
  readonly policy?: RetentionPolicy
  readonly usage?: Usage
  readonly now?: Date
}

/** The decision about a digest, the first of several where repositories share it. */
export const decisionOn = (digest: Digest, judgement: Judgement): Decision | undefined => {
  for (const decision of judgement.eachDecision()) if (decision.digest === digest) return decision.toJSON()
  return undefined
}
