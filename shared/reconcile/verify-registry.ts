import { secondsOf } from '../domain/instant.ts'
import { isRegistryOutcome, syncReasonOf } from '../domain/sync-reason.ts'
import { AccessDeniedError, InvalidInputError, NotFoundError } from '../errors.ts'
import { withCondition } from '../objects/conditions.ts'
import type { RegistrySecretSpec } from '../objects/parse-objects.ts'
import type { Condition, CustomObject } from '../ports/cluster.ts'
import type { RegistryCredential, RegistryReader } from '../ports/registry.ts'

/** How a verification went, in the words of the condition. */
export interface Verification {
  readonly status: 'success' | 'failed'
  readonly reason: string
  readonly message: string
  readonly username?: string
  readonly latencyMs?: number
}

/** Asks `/v2/` with each credential, or with none. Never throws for what the registry or the secret does. */
export async function verifyRegistry(
  listCredentials: () => Promise<readonly RegistryCredential[]>,
  readerFor: (credential: RegistryCredential | undefined) => Promise<RegistryReader>,
): Promise<Verification> {
  try {
    const [first, ...others] = await listCredentials()
    const { latencyMs } = await (await readerFor(first)).checkAccess()
    for (const other of others) await (await readerFor(other)).checkAccess()
    const who = first ? { username: first.username } : {}
    return {
      status: 'success',
      reason: 'ConnectionSucceeded',
      message: 'the registry accepted the credential',
      latencyMs,
      ...who,
    }
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return { status: 'failed', reason: verifyReasonOf(error), message: error.message }
  }
}

/** A secret that is missing or malformed is a fault of the credential, a 401 of the authentication. */
function verifyReasonOf(error: Error): string {
  if (error instanceof AccessDeniedError) return 'AuthenticationFailed'
  if (error instanceof InvalidInputError || error instanceof NotFoundError) return 'CredentialsMissing'
  return syncReasonOf(error)
}

/** True when the last verification is older than the interval, or of another generation of the object. */
export function isVerificationDue(object: CustomObject, spec: RegistrySecretSpec, now: Date): boolean {
  const last = Date.parse(String(object.status.lastVerifiedTime))
  if (Number.isNaN(last) || object.status.observedGeneration !== object.metadata.generation) return true
  return now.getTime() - last >= spec.verifyIntervalMs
}

export function registrySecretStatus(object: CustomObject, found: Verification, now: Date): Record<string, unknown> {
  const observedGeneration = object.metadata.generation
  const failures = found.status === 'success' ? 0 : Number(object.status.failureCount ?? 0) + 1
  const status = found.status === 'success' ? 'True' : 'False'
  const existing = (object.status.conditions as Condition[] | undefined) ?? []
  return {
    observedGeneration,
    verifyStatus: found.status,
    verifyMessage: found.message,
    lastVerifiedTime: secondsOf(now),
    ...(found.username && { username: found.username }),
    ...(found.latencyMs !== undefined && { latencyMilliseconds: Math.round(found.latencyMs) }),
    failureCount: failures,
    conditions: withCondition(
      existing,
      { type: 'Verified', status, reason: found.reason, message: found.message, observedGeneration },
      now,
    ),
  }
}
