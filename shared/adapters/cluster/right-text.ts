const verbs = { POST: 'create', PATCH: 'patch', DELETE: 'delete' } as const

/** The right that a call needs, as RBAC spells it: `list pods`, `patch repositories/status`. */
export function rightText({ method, path }: { method: 'GET' | keyof typeof verbs; path: string }): string {
  const parts = path.split('/').slice(path.startsWith('/api/') ? 3 : 4)
  const isNamespaced = parts[0] === 'namespaces' && parts.length > 2
  const [resource = '', name, subresource] = isNamespaced ? parts.slice(2) : parts
  const verb = method === 'GET' ? (name === undefined ? 'list' : 'get') : verbs[method]
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`
}
