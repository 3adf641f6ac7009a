/** Whether what runs was known when the plan was made; `none` judges as if nothing ran. */
export type UsageWord = 'complete' | 'incomplete' | 'none'

/** What a plan was made from. */
export interface PlanHead {
  readonly version: 1
  /** RFC 3339, UTC. */
  readonly now: string
  /** `namespace/name` of the policy, as far as the file names them; else empty. */
  readonly policy: string
  readonly usage: UsageWord
}
