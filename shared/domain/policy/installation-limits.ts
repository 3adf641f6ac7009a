import { parseDurationMs } from '../duration.ts'

/** What stands above the limits of every policy, in the units of policies. */
export interface InstallationLimits {
  readonly minGracePeriodMs: number
  /** Undefined: as the policies say. */
  readonly maxDeletionsPerRun: number | undefined
  readonly maxDeletionPercent: number
}

/** The limits as the settings write them. */
interface WrittenLimits {
  readonly minGracePeriod: string
  readonly maxDeletionsPerRun?: number | undefined
  readonly maxDeletionPercent: number
}

export const installationLimits = ({
  minGracePeriod,
  maxDeletionsPerRun,
  maxDeletionPercent,
}: WrittenLimits): InstallationLimits => ({
  minGracePeriodMs: parseDurationMs(minGracePeriod),
  maxDeletionsPerRun,
  maxDeletionPercent,
})
