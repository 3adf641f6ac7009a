import { hasSecretInAddress, type WebhookProviderName } from '../../shared/domain/webhook-provider.ts'
import { webhookRoutes } from '../../shared/wiring.ts'

/** Which sender an address is for. */
export interface Route {
  readonly provider: WebhookProviderName
  /** What stands behind the sender's name, of those that have a secret there. */
  readonly addressSecret?: string
}

/** Undefined for an address that is nobody's. A slash at its end counts for nothing. */
export function routeOf(path: string): Route | undefined {
  // Every name of a route begins so, and no name that all objects have.
  if (!path.startsWith('/')) return undefined
  const trimmed = path.replace(/(?<=.)\/$/, '')
  const own = webhookRoutes[trimmed]
  if (own !== undefined) return { provider: own }
  const end = trimmed.lastIndexOf('/')
  const provider = webhookRoutes[trimmed.slice(0, end)]
  if (provider === undefined || !hasSecretInAddress(provider)) return undefined
  return { provider, addressSecret: unescaped(trimmed.slice(end + 1)) }
}

/** Senders may escape what needs none. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const maxLogged = 200
/** Longer than the name of any sender. */
const maxPart = 12

/** A path without what may be a secret in it, also where somebody mistyped the rest; it may be as long as an address is. */
export function loggedPath(path: string): string {
  const { provider, addressSecret } = routeOf(path) ?? {}
  if (provider !== undefined) return `/webhook/${provider}${addressSecret === undefined ? '' : '/…'}`
  const parts = path.split('/').map(part => (part.length > maxPart ? '…' : part))
  return parts.join('/').slice(0, maxLogged)
}
