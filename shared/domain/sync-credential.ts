/**
 * What a repository is read with, as requests and records name it: `anonymous`, `installation` (the registry's
 * `pullSecret`, or the role of the functions on ECR), or `CLUSTER/UID` of the RegistrySecret that names a credential of
 * its own.
 */
export type SyncCredential = string

export const anonymousCredential: SyncCredential = 'anonymous'
export const installationCredential: SyncCredential = 'installation'

/** The credential of a RegistrySecret. */
export const credentialOfObject = (cluster: string, uid: string): SyncCredential => `${cluster}/${uid}`

/** The RegistrySecret that it belongs to; undefined for one of none. */
export function objectOfCredential(credential: SyncCredential): { cluster: string; uid: string } | undefined {
  const slash = credential.indexOf('/')
  return slash < 0 ? undefined : { cluster: credential.slice(0, slash), uid: credential.slice(slash + 1) }
}
