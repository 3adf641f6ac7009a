import { isRegistryHost, normalHost } from './registry-host.ts'

/**
 * What to do about a path that begins with a host, where the registry has no such repository; undefined for any other
 * path. A first part with a dot may be a name as well, so that it is only asked about.
 */
export function hostInPathText(registry: string, path: string): string | undefined {
  const [first = '', ...rest] = path.split('/')
  if (rest.length === 0 || !isRegistryHost(first)) return undefined
  const name = registry.replace(/:\d+$/, '')
  if (normalHost(first) === registry || first === name) return `leave the host out of repository: ${rest.join('/')}`
  return first.includes('.') ? `if ${first} is a host, leave it out of repository: ${rest.join('/')}` : undefined
}
