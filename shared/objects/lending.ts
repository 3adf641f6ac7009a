import { compilePathGlob } from '../domain/path-glob.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { RegistrySecretSpec } from './parse-objects.ts'

/** A RegistrySecret that can be read. */
export interface KnownRegistrySecret {
  readonly object: CustomObject
  readonly spec: RegistrySecretSpec
}

/** True where `accessFrom` lends it to that namespace for reading that path. Its own namespace needs no lending. */
export function lendsRead({ object, spec }: KnownRegistrySecret, namespace: string, path: string): boolean {
  const { namespaces, repositories, may } = spec.accessFrom
  if (!may.includes('read') || !namespaces.includes(namespace)) return false
  return repositories === undefined ? lendsEveryPath(object) : repositories.some(glob => compilePathGlob(glob)(path))
}

/**
 * Versions before lent every path. An object that one of them verified goes on so until somebody changes it: what it was
 * at then stands in its status from the first verification on.
 */
export function lendsEveryPath({ metadata, status }: CustomObject): boolean {
  if (status.verifiedUid === undefined)
    return status.lastVerifiedTime !== undefined && status.observedGeneration === metadata.generation
  return status.verifiedUid === metadata.uid && status.lendsAllAtGeneration === metadata.generation
}
