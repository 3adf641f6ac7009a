import { providers } from './providers.ts'
import { routeOf } from './route.ts'

const usualBytes = 256 * 1024

/** How large a payload may be; 0 for a request that is refused whatever it says. */
export function maxBodyBytesOf({ method, path }: { readonly method: string; readonly path: string }): number {
  const route = routeOf(path)
  if (route === undefined || method !== 'POST') return 0
  return providers[route.provider].maxBodyBytes ?? usualBytes
}
