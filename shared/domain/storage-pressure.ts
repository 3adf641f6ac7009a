import type { RegistryFill } from './storage-check.ts'

/** A registry that holds too much, and how much it should hold when a sweep is done. */
export interface Pressure {
  readonly registry: string
  readonly lowWatermarkBytes: number
}

/** A sweep for storage frees this many percent points of the capacity below the threshold, so that it is not needed daily. */
const pointsBelowThreshold = 10

/**
 * The pressure on a registry: it holds at least `thresholdPercent` of its capacity. The low watermark is ten points
 * lower, and one percent at least. Undefined below the threshold, and where no capacity is known.
 */
export function findPressure(
  { registry, capacityBytes, storedBytes }: Pick<RegistryFill, 'registry' | 'capacityBytes' | 'storedBytes'>,
  thresholdPercent: number,
): Pressure | undefined {
  if (capacityBytes === undefined || storedBytes * 100 < thresholdPercent * capacityBytes) return undefined
  const lowPercent = Math.max(1, thresholdPercent - pointsBelowThreshold)
  return { registry, lowWatermarkBytes: Math.floor((lowPercent * capacityBytes) / 100) }
}
