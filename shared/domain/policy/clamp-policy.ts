import { durationText } from '../duration.ts'
import type { InstallationLimits } from './installation-limits.ts'
import type { CleanupPolicy } from './policy.ts'

/** The policy within the limits of the installation, and where they hold in place of its own. */
export function clampPolicy(
  policy: CleanupPolicy,
  { minGracePeriodMs, maxDeletionsPerRun = policy.maxDeletionsPerRun, maxDeletionPercent }: InstallationLimits,
): { readonly spec: CleanupPolicy; readonly clamped: readonly string[] } {
  const gracePeriodMs = Math.max(policy.gracePeriodMs, minGracePeriodMs)
  const pace = Math.min(policy.maxDeletionsPerRun, maxDeletionsPerRun)
  const percent = Math.min(policy.maxDeletionPercent, maxDeletionPercent)
  const clamped = [
    ...(gracePeriodMs === policy.gracePeriodMs
      ? []
      : [
          `gracePeriod ${durationText(gracePeriodMs)} instead of ${durationText(policy.gracePeriodMs)}: least of the installation`,
        ]),
    ...(pace === policy.maxDeletionsPerRun
      ? []
      : [`maxDeletionsPerRun ${pace} instead of ${policy.maxDeletionsPerRun}: most of the installation`]),
    ...(percent === policy.maxDeletionPercent
      ? []
      : [`maxDeletionPercent ${percent} instead of ${policy.maxDeletionPercent}: most of the installation`]),
  ]
  return { spec: { ...policy, gracePeriodMs, maxDeletionsPerRun: pace, maxDeletionPercent: percent }, clamped }
}
