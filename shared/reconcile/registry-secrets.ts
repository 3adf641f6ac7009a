import pMap from 'p-map'
import type { Tenant } from '../domain/grants/rights.ts'
import type { CredentialRecord } from '../domain/records/installation.ts'
import { ConflictError, InvalidInputError, NotFoundError, ShelflifeError, StoreUnavailableError } from '../errors.ts'
import type { KnownRegistrySecret } from '../objects/lending.ts'
import { parseRegistrySecretObject } from '../objects/parse-objects.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import { verifyStatusAnnotation } from './annotations.ts'
import { deleteNamedCopy, endCredential, isEnded } from './credential-copy.ts'
import { inTurn, isVerificationDue } from './due-verification.ts'
import { eventsOfVerification, registrySecretStatus } from './registry-secret-status.ts'
import { type Verification, type VerifyDeps, verifyRegistrySecret } from './verify-registry.ts'

/** Of verifications: one host that stalls keeps few others waiting. */
const concurrency = 64

/**
 * Ends the credentials whose objects are gone, and begins to verify the RegistrySecrets that are due.
 *
 * @param objects those of the cluster as they were a moment ago
 * @returns what could not be done and is tried again in the next run, when all was tried; never waits for long
 */
export async function reconcileRegistrySecrets(
  cluster: Cluster,
  objects: readonly CustomObject[],
  tenantOf: (namespace: string) => Tenant,
  deps: VerifyDeps,
): Promise<{ readonly verified: Promise<readonly string[]> }> {
  const over = await listEnded(cluster, objects, deps)
  const known = knownOf(objects)
  const now = deps.now()
  const due = inTurn(
    known.filter(({ object, spec }) => isVerificationDue(object, spec, now)),
    now,
  )
  const ended = await tryEach(over, record => endCredential(record, deps))
  const isLate = AbortSignal.timeout(verifyingMs)
  const verifying = tryEach(due, async one => {
    // The next run begins with it.
    if (!isLate.aborted) await verifyOne(cluster, one, tenantOf(one.object.metadata.namespace), deps)
  })
  return { verified: verifying.then(problems => [...ended, ...problems]) }
}

/** The records of credentials whose objects are gone. A list that fails throws, and ends nothing. */
async function listEnded(
  cluster: Cluster,
  objects: readonly CustomObject[],
  { store }: VerifyDeps,
): Promise<readonly CredentialRecord[]> {
  const records = (await store.listCredentials(cluster.name)).filter(record => !isEnded(record))
  const isMissing = (among: readonly CustomObject[]) => {
    const uids = new Set(among.map(object => object.metadata.uid))
    return (record: CredentialRecord) => !uids.has(record.uid)
  }
  const missing = records.filter(isMissing(objects)).length > 0
  // Read after the records: whoever has one and is not in the later list is gone, and was not just created.
  const isGone = missing ? isMissing(await cluster.listObjects('RegistrySecret')) : () => false
  return records.filter(record => record.endedAt !== undefined || isGone(record))
}

/** A run has other work as well, and an end. */
const verifyingMs = 20_000

/** The RegistrySecrets that can be read. */
export const knownOf = (objects: readonly CustomObject[]): KnownRegistrySecret[] =>
  objects.flatMap(object => {
    try {
      return [{ object, spec: parseRegistrySecretObject(object) }]
    } catch (error) {
      // The API server validates these; one that slipped through counts as absent for the objects that refer to it.
      if (error instanceof InvalidInputError) return []
      throw error
    }
  })

/** Why each that failed did; the others are done. */
async function tryEach<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<string[]> {
  const messages = await pMap(
    all,
    async one => {
      try {
        await act(one)
        return []
      } catch (error) {
        // Changed or removed meanwhile, by a person or another run: the next one reads it again.
        if (error instanceof ConflictError || error instanceof NotFoundError) return []
        if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
        return [error.message]
      }
    },
    { concurrency },
  )
  return messages.flat()
}

async function verifyOne(cluster: Cluster, one: KnownRegistrySecret, tenant: Tenant, deps: VerifyDeps): Promise<void> {
  const { object } = one
  const result = await verifyRegistrySecret(cluster, one, tenant, deps)
  if (object.status.verifiedUid === undefined) await deleteNamedCopy(object, deps)
  await report(cluster, one, result, deps.now())
}

async function report(cluster: Cluster, one: KnownRegistrySecret, result: Verification, now: Date): Promise<void> {
  const { object } = one
  const status = registrySecretStatus(one, result, now)
  await cluster.applyStatus(object, status)
  for (const event of eventsOfVerification(object, result, status)) await cluster.recordEvent(object, event)
  if (object.metadata.annotations[verifyStatusAnnotation] === result.status) return
  const fresh = await cluster.findObject('RegistrySecret', object.metadata.namespace, object.metadata.name)
  if (fresh) await cluster.annotate(fresh, { [verifyStatusAnnotation]: result.status })
}
