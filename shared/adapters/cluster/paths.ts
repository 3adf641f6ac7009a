import { InvalidInputError } from '../../errors.ts'
import type { CustomKind } from '../../ports/cluster.ts'

/** Group and version of the three kinds. */
export const apiVersion = 'image.theriseunion.io/v1alpha1'

const plurals: Record<CustomKind, string> = {
  Repository: 'repositories',
  RegistrySecret: 'registrysecrets',
  ImageCleanupPolicy: 'imagecleanuppolicies',
}

export const customKinds = Object.keys(plurals) as readonly CustomKind[]

/** The collection of one kind: of one namespace, or of all when none is named. */
export const collectionPath = (kind: CustomKind, namespace?: string): string =>
  namespace === undefined
    ? `/apis/${apiVersion}/${plurals[kind]}`
    : `/apis/${apiVersion}/namespaces/${segment(namespace)}/${plurals[kind]}`

/** One object of one of the three kinds. */
export const objectPath = (kind: CustomKind, namespace: string, name: string): string =>
  `${collectionPath(kind, namespace)}/${segment(name)}`

/** One object of the core group in a namespace: `corePath('production', 'secrets', 'harbor')`; no name, the collection. */
export const corePath = (namespace: string, plural: string, name?: string): string =>
  `/api/v1/namespaces/${segment(namespace)}/${plural}${name === undefined ? '' : `/${segment(name)}`}`

export const namespacesPath = '/api/v1/namespaces'

export const namespacePath = (namespace: string): string => `${namespacesPath}/${segment(namespace)}`

// Names come out of objects that users write: `..` in a secretRef would read another resource.
function segment(name: string): string {
  if (name.length > 253 || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name))
    throw new InvalidInputError(
      `expected the name of a Kubernetes object (lower-case letters, digits, - and .), got ${JSON.stringify(name.slice(0, 80))}`,
    )
  return name
}
