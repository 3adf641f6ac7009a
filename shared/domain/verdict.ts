import type { Digest } from './digest.ts'
import type { Rule } from './retention/rules.ts'

/** Keep or delete for one image, with everything needed to explain it. */
export interface Decision {
  readonly repository: string
  readonly digest: Digest
  readonly tags: readonly string[]
  readonly verdict: 'keep' | 'delete'
  readonly rule: Rule
  readonly reason: string
  /** The timestamps and figures the decision rests on, each with its source: `pushed 2026-10-01T00:00:00Z by registry`. */
  readonly facts: readonly string[]
  /** What protects it: `Deployment production/myapp in cluster eu-1`, or the digest or tag that needs it. */
  readonly protectedBy: readonly string[]
}
