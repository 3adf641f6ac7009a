import { apiPathOf, type ResourceType } from './resource-type.ts'

/** What a request path names: a collection, one object, or a subresource of one. */
export interface RequestTarget {
  type: ResourceType
  namespace: string | undefined
  name: string | undefined
  subresource: string
}

export type NamedTarget = RequestTarget & { name: string }

/** Reads `/api/v1/namespaces/a/pods/b/status` and its like; undefined where the path names nothing that is served. */
export function findTarget(types: readonly ResourceType[], path: string): RequestTarget | undefined {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent)
  const prefix = parts.splice(0, parts[0] === 'api' ? 2 : 3).join('/')
  const isNamespaced = parts[0] === 'namespaces' && parts.length > 2 && !isNamespaceSubresource(parts[2])
  const namespace = isNamespaced ? parts.splice(0, 2)[1] : undefined
  const [plural, name, subresource = '', ...rest] = parts
  const type = types.find(candidate => candidate.plural === plural && apiPathOf(candidate) === prefix)
  if (!type || rest.length > 0 || (subresource && !(subresource === 'status' && type.hasStatus))) return undefined
  if (type.namespaced ? namespace === undefined && name !== undefined : namespace !== undefined) return undefined
  return { type, namespace, name, subresource }
}

function isNamespaceSubresource(part: string | undefined): boolean {
  return part === 'status' || part === 'finalize'
}

export function isBuiltInGroup(path: string): boolean {
  return /^\/(api|apis\/(apps|batch))\/v1\//.test(path)
}
