import type { PolicyRecord } from '../../domain/records/policies.ts'
import type { RegistryFill } from '../../domain/storage-check.ts'
import { findPressure } from '../../domain/storage-pressure.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Condition } from '../../ports/cluster.ts'

type Fresh = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>

/** How full the registries are of a policy that watches storage; nothing for one that does not, or was not looked at yet. */
export function storageCondition(policy: Policy | undefined, record: PolicyRecord | undefined): Fresh[] {
  const threshold = policy?.spec.storageThresholdPercent
  const registries = record?.storage?.registries ?? []
  if (threshold === undefined || registries.length === 0) return []
  const pressed = registries.filter(fill => fill.exact && findPressure(fill, threshold) !== undefined)
  if (pressed.length > 0) return [conditionOf('True', 'AboveThreshold', pressed, threshold)]
  const unknown = registries.filter(fill => fill.capacityBytes === undefined)
  if (unknown.length > 0) return [conditionOf('Unknown', 'CapacityUnknown', unknown, threshold)]
  return [conditionOf('False', 'BelowThreshold', registries, threshold)]
}

const conditionOf = (
  status: Condition['status'],
  reason: string,
  fills: readonly RegistryFill[],
  threshold: number,
): Fresh => ({
  type: 'StoragePressure',
  status,
  reason,
  message: `${fills.map(fillText).join('; ')}; spec.storageThresholdPercent is ${threshold}`,
})

function fillText({ registry, capacityBytes, storedBytes, exact }: RegistryFill): string {
  if (capacityBytes === undefined)
    return `${registry}: give its capacityBytes in the settings, without which nothing is started for its storage`
  const percent = Math.floor((storedBytes * 100) / capacityBytes)
  return `${registry} holds ${exact ? '' : 'at most '}${percent} % of ${capacityBytes} bytes`
}
