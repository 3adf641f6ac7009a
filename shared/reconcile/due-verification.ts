import { dayMs, hourMs } from '../domain/duration.ts'
import type { RegistrySecretSpec } from '../objects/parse-objects.ts'
import type { CustomObject } from '../ports/cluster.ts'

/** A credential ends a day after its last good verification: an hour is left for one that fails once. */
const longestMs = dayMs - hourMs
/** After a failure, so that a registry that was down for a moment costs no credential of a long interval. */
const afterFailureMs = 600_000

/** True when the last verification is older than the interval, of another generation, or of another object. */
export function isVerificationDue({ metadata, status }: CustomObject, spec: RegistrySecretSpec, now: Date): boolean {
  const last = Date.parse(String(status.lastVerifiedTime))
  if (Number.isNaN(last) || status.observedGeneration !== metadata.generation) return true
  // Also where a version before wrote the status, which kept its credential without host and uid.
  if (status.verifiedUid !== metadata.uid) return true
  const longest = status.verifyStatus === 'success' ? longestMs : afterFailureMs
  return now.getTime() - last >= Math.min(spec.verifyIntervalMs, longest)
}

const turnMs = 60_000

/**
 * Each minute another is the first: a run that is killed while it verifies has noted nothing, and the next must not begin
 * with the same for ever.
 */
export function inTurn<T>(due: readonly T[], now: Date): T[] {
  const first = due.length === 0 ? 0 : Math.floor(now.getTime() / turnMs) % due.length
  return [...due.slice(first), ...due.slice(0, first)]
}
