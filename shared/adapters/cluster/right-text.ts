import { apiVersion } from './paths.ts'

const verbs = { POST: 'create', PATCH: 'patch', DELETE: 'delete' } as const

/** Groups whose resources everybody knows by their names alone; ours is told by the names of its three kinds. */
export const builtInGroups: ReadonlySet<string> = new Set([
  '',
  'apps',
  'batch',
  'authorization.k8s.io',
  'coordination.k8s.io',
])

export const ownGroup = apiVersion.slice(0, apiVersion.indexOf('/'))

/** A resource as messages name it: `pods`, `repositories/status`, `workflows.argoproj.io`. */
export function resourceText(group: string, resource: string, subresource?: string): string {
  const isPlain = builtInGroups.has(group) || group === ownGroup
  return `${resource}${isPlain ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`
}

interface AskedFor {
  readonly method: 'GET' | keyof typeof verbs
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
}

/** The right that a call needs, as RBAC spells it: `list pods`, `patch repositories/status`. */
export function rightText({ method, path, query }: AskedFor): string {
  const [, root, ...rest] = path.split('/')
  const isCore = root === 'api'
  const [group, parts] = [isCore ? '' : (rest[0] ?? ''), rest.slice(isCore ? 1 : 2)]
  if (parts.length === 0) return `get ${path}`
  const isNamespaced = parts[0] === 'namespaces' && parts.length > 2
  const [resource = '', name, subresource] = isNamespaced ? parts.slice(2) : parts
  const readVerb = query?.watch === undefined ? 'list' : 'watch'
  const verb = method === 'GET' ? (name === undefined ? readVerb : 'get') : verbs[method]
  return `${verb} ${resourceText(group, resource, subresource)}`
}
