import { quoted } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'

export interface RealmRules {
  /** The registry's host as references spell it. */
  readonly host: string
  readonly endpoint: URL
  readonly realmHosts: readonly string[]
}

/**
 * The token realm, if this registry may name it: on its own host or on one that is allowed, by exact host and port, and
 * over https unless the registry itself is on plain HTTP. A server that answers in a registry's place could otherwise have its
 * credentials sent anywhere (CVE-2026-33540) or any inside address called (CVE-2026-48978).
 *
 * @throws InvalidInputError for a realm that is not allowed, and for one that is no address
 */
export function requireRealm(realm: string, rules: RealmRules): URL {
  if (!URL.canParse(realm))
    throw new InvalidInputError(`${rules.host}: expected a token realm that is an address, got ${quoted(realm)}`)
  const url = new URL(realm)
  const plainAllowed = rules.endpoint.protocol === 'http:'
  if (url.protocol !== 'https:' && !(plainAllowed && url.protocol === 'http:'))
    throw new InvalidInputError(`${rules.host}: expected a token realm on https, got ${quoted(url.protocol)}`)
  if (url.username !== '' || url.password !== '' || !isAllowed(url, rules))
    throw new InvalidInputError(
      `${rules.host}: expected a token realm on the registry's own host, got ${quoted(url.host)}; add it to the registry's realmHosts if it may receive these credentials`,
    )
  return url
}

const isAllowed = (url: URL, rules: RealmRules): boolean =>
  [rules.endpoint.host, rules.host, ...rules.realmHosts].some(host => hostOn(host, url.protocol) === url.host)

/** The host as a URL of this protocol spells it: lower case, without the default port. */
function hostOn(host: string, protocol: string): string | undefined {
  const text = `${protocol}//${host}`
  return URL.canParse(text) ? new URL(text).host : undefined
}
