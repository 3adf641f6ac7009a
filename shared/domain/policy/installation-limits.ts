/** What stands above the limits of every policy, in the units of policies. */
export interface InstallationLimits {
  readonly minGracePeriodMs: number
  /** Undefined: as the policies say. */
  readonly maxDeletionsPerRun: number | undefined
  readonly maxDeletionPercent: number
}
