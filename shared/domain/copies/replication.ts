import { findEcrHost } from '../ecr-host.ts'
import type { CopyRecord } from '../records/copies.ts'
import type { RegistryPlace, ReplicationRule } from './registry-copies.ts'

/** A registry with what is known of its copies. */
export interface CopyingRegistry {
  readonly host: string
  readonly record: CopyRecord | undefined
}

/** Undefined where neither the host nor the registry has said yet which it is. */
export function placeOf({ host, record }: CopyingRegistry): RegistryPlace | undefined {
  const known = findEcrHost(host)
  return record?.place ?? (known && { account: known.account, region: known.region })
}

export const isSame = (one: RegistryPlace, other: RegistryPlace): boolean =>
  one.account === other.account && one.region === other.region

/** Where the rules copy a path to. */
export const destinationsOf = (rules: readonly ReplicationRule[], path: string): RegistryPlace[] =>
  rules
    .filter(({ prefixes }) => prefixes.length === 0 || prefixes.some(prefix => path.startsWith(prefix)))
    .flatMap(({ destinations }) => destinations)

/** Whether one registry copies a path to the other; undefined where that is not known. */
export function replicates(from: CopyingRegistry, to: CopyingRegistry, path: string): boolean | undefined {
  const [by, there] = [placeOf(from), placeOf(to)]
  const { rules = [], readAt } = from.record?.replication ?? {}
  if (!by || !readAt) return undefined
  const destinations = destinationsOf(rules, path).filter(place => !isSame(place, by))
  if (there) return destinations.some(place => isSame(place, there))
  return destinations.length > 0 ? undefined : false
}
