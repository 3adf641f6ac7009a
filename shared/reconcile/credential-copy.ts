import { boundCredentialsText, type PullCredentials } from '../domain/pull-credentials.ts'
import type { CredentialRecord } from '../domain/records.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { SecretStore } from '../ports/platform.ts'
import type { Store } from '../ports/store.ts'
import { pullSecretPrefix } from '../wiring.ts'

export interface CredentialCopyDeps {
  readonly store: Store
  readonly secrets: SecretStore
  readonly now: () => Date
}

/**
 * Keeps a copy of what a RegistrySecret brings where syncs find it, since they have no access to clusters. The record
 * is written before the copy, so that no copy is without it.
 */
export async function saveCopy(
  object: CustomObject,
  host: string,
  credentials: PullCredentials,
  deps: CredentialCopyDeps,
): Promise<void> {
  const { cluster } = object
  const { uid, namespace, name } = object.metadata
  const previous = await deps.store.findCredential(cluster, uid)
  const { secretId } = await deps.store.saveCredential(
    { cluster, uid, namespace, name, host, secretId: secretIdOf(cluster, uid), verifiedAt: deps.now() },
    previous,
  )
  await putCopy(secretId, boundCredentialsText({ host, uid, ...credentials }), deps.secrets)
}

/** Written only when it changed: a version of a secret costs, and old ones are kept. */
async function putCopy(id: string, value: string, secrets: SecretStore): Promise<void> {
  if ((await secrets.findSecret(id)) !== value) await secrets.putSecret(id, value)
}

const secretIdOf = (cluster: string, uid: string): CredentialRecord['secretId'] =>
  `${pullSecretPrefix}${cluster}/${uid}`
