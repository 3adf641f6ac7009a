import type { Right } from '../domain/grants/grant.ts'
import { compilePathGlob } from '../domain/path-glob.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { RegistrySecretSpec } from './parse-objects.ts'

/** A RegistrySecret that can be read. */
export interface KnownRegistrySecret {
  readonly object: CustomObject
  readonly spec: RegistrySecretSpec
}

/** True where it serves that namespace for this below that path: its own, or one to which `accessFrom` lends it. */
export function serves({ object, spec }: KnownRegistrySecret, namespace: string, path: string, right: Right): boolean {
  if (object.metadata.namespace === namespace) return true
  const { namespaces, repositories, may } = spec.accessFrom
  if (!may.includes(right) || !namespaces.includes(namespace)) return false
  if (repositories === undefined) return right === 'read' && lendsEveryPath(object)
  return repositories.some(glob => compilePathGlob(glob)(path))
}

/**
 * Earlier versions lent every path. An object that one of them verified still does so until it is changed: its status
 * has the generation of that time from the first verification on.
 */
export function lendsEveryPath({ metadata, status }: CustomObject): boolean {
  if (status.verifiedUid === undefined)
    return status.lastVerifiedTime !== undefined && status.observedGeneration === metadata.generation
  return status.verifiedUid === metadata.uid && status.lendsAllAtGeneration === metadata.generation
}
