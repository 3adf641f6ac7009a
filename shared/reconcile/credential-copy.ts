import { boundCredentialsText, type PullCredentials } from '../domain/pull-credentials.ts'
import type { CredentialRecord } from '../domain/records/installation.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { SecretStore } from '../ports/platform.ts'
import type { Store } from '../ports/store.ts'
import { pullSecretPrefix } from '../wiring.ts'

export interface CredentialCopyDeps {
  readonly store: Pick<Store, 'findCredential' | 'listCredentials' | 'saveCredential'>
  readonly secrets: SecretStore
  readonly now: () => Date
}

/**
 * Keeps a copy of what a RegistrySecret brings where syncs find it, since they have no access to clusters. The record is
 * written before the copy, so that no copy is without it; it says when the registry last accepted the credential, which
 * one that was refused does not change.
 */
export async function saveCredential(
  object: CustomObject,
  host: string,
  { credentials, accepted }: { readonly credentials: PullCredentials; readonly accepted: boolean },
  { store, secrets, now }: CredentialCopyDeps,
): Promise<void> {
  const { cluster } = object
  const { uid, namespace, name } = object.metadata
  const found = await store.findCredential(cluster, uid)
  const live = found?.endedAt === undefined && found?.host === host ? found : undefined
  const verifiedAt = accepted ? now() : live?.verifiedAt
  const secretId = `${pullSecretPrefix}${cluster}/${uid}`
  if (accepted || !live) {
    const draft = { cluster, uid, namespace, name, host, secretId, ...(verifiedAt && { verifiedAt }) }
    await store.saveCredential(draft, found)
  }
  const copy = boundCredentialsText({ host, uid, ...credentials })
  // Written only when it changed: a version of a secret costs, and old ones are kept. What another run deleted may still
  // be read here for a minute, so that a new record's copy is written unseen.
  if (!live || (await secrets.findSecret(secretId)) !== copy) await secrets.putSecret(secretId, copy)
}

/** Ended ones are remembered for so long, for whoever asks why a sync was refused. */
const rememberedSeconds = 30 * 24 * 3600

/**
 * Ends a credential whose object, Secret or entry is gone. Nobody uses it from the first write on; the second says that
 * its copy is deleted, so that whoever is killed in between is followed by another.
 */
export async function endCredential(
  record: CredentialRecord,
  { store, secrets, now }: CredentialCopyDeps,
): Promise<void> {
  const { number: _, ...draft } = record
  const endedAt = record.endedAt ?? now()
  const ended = record.endedAt ? record : await store.saveCredential({ ...draft, endedAt }, record)
  await secrets.deleteSecret(record.secretId)
  const expiresAtSeconds = Math.floor(endedAt.getTime() / 1000) + rememberedSeconds
  await store.saveCredential({ ...draft, endedAt, expiresAtSeconds }, ended)
}

/** True once nothing is left to be done about it. */
export const isEnded = ({ expiresAtSeconds }: CredentialRecord): boolean => expiresAtSeconds !== undefined

/**
 * Deletes the copy that versions before kept under the name of the object, whoever had that name. They did not say for
 * which host it was; nothing reads it any more.
 */
export const deleteNamedCopy = ({ cluster, metadata }: CustomObject, secrets: SecretStore): Promise<void> =>
  secrets.deleteSecret(`${pullSecretPrefix}${cluster}/${metadata.namespace}/${metadata.name}`)
