import type { CleanupAction, CleanupTarget } from '../../shared/domain/policy/policy.ts'

/** Whether what runs was known when the plan was made; `none` judges as if nothing ran. */
export type UsageKnowledge = 'complete' | 'incomplete' | 'none'

/** What a plan was made from. */
export interface PlanHead {
  readonly version: 1
  /** RFC 3339, UTC. */
  readonly now: string
  /** `namespace/name` of the policy, as far as the file names them; else empty. */
  readonly policy: string
  readonly usage: UsageKnowledge
  /** Where the verdict delete means that the image goes into its registry's archive; absent where it is deleted. */
  readonly action?: 'Archive'
  /** Only in a plan of the live state. */
  readonly sweep?: NextSweep
}

/** As a head shows it. */
export const actionOf = (action: CleanupAction): Pick<PlanHead, 'action'> => (action === 'Archive' ? { action } : {})

/** The sweep that a plan of the live state foresees. */
export interface NextSweep {
  readonly cluster: string
  /** When its policy runs next, RFC 3339, UTC; absent for a policy without a schedule. */
  readonly at?: string
  readonly targets: readonly CleanupTarget[]
  readonly gracePeriodSeconds: number
  /** Why it would delete nothing even where images are to be deleted, beside its limits: paused, suspended, dry run. */
  readonly stoppedBy: readonly string[]
  /** Repositories that it would leave alone, with the reason. */
  readonly skipped: readonly { readonly repository: string; readonly reason: string }[]
  /** Where the limits of the installation hold in place of the policy's own, a line for each; absent for none. */
  readonly clamped?: readonly string[]
  /** Repositories in which the policy may not delete, or cannot archive, with what would let it; absent for none. */
  readonly unauthorized?: readonly { readonly repository: string; readonly reason: string }[]
  /** How many images stay only because objects of other namespaces track them; absent for none. */
  readonly keptForOthers?: number
  /** Under which unknown hosts workloads name what it covers, a line for each host; absent for none. */
  readonly foreignHosts?: readonly string[]
  /** How registries copy what it covers by themselves, a line for each of their rules; absent for none. */
  readonly copies?: readonly string[]
}
