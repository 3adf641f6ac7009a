import { factsOf, findKnownProvider, providerOf, type RegistryProvider } from '../../domain/providers/providers.ts'
import { isRegistryHost } from '../../domain/registry-host.ts'
import { quoted } from '../../domain/repository-name.ts'
import { InvalidInputError } from '../../errors.ts'
import { type RegistrySettings, registrySettingsOf, type Settings } from '../../settings.ts'
import type { OciOptions } from './oci/oci-session.ts'

/** Where a registry is reached, and which other hosts may ask for its credentials. */
export interface RegistryAddress {
  readonly host: string
  readonly endpoint: string
  /** Where its own API is. */
  readonly api: string
  readonly realmHosts: readonly string[]
  readonly settings: RegistrySettings | undefined
  /** By the settings, or by a host that everybody knows. */
  readonly provider: RegistryProvider
  /** Whoever wrote the host may not reach private addresses by it. */
  readonly refusePrivateAddresses: boolean
}

/** What any reader or writer of it is opened with. */
export interface Reach extends OciOptions {
  readonly settings: RegistrySettings | undefined
  /** Where its own API is, without a slash at the end. */
  readonly api: string
  /** Only a RegistrySecret says which kind it is: an API of its own is asked where the registry says the same. */
  readonly isTold?: boolean | undefined
}

/**
 * The address of a registry by its canonical host. The settings decide where there are any.
 *
 * @throws InvalidInputError for what is no host with an optional port: a user, a path, a bracketed address
 */
export function registryAddressOf(settings: Settings, host: string): RegistryAddress {
  const configured = registrySettingsOf(settings, host)
  if (configured === undefined && (!isRegistryHost(host) || !URL.canParse(`https://${host}`)))
    throw new InvalidInputError(`registry: expected a host name with an optional port, got ${quoted(host)}`)
  const provider = providerOf(host, configured?.provider)
  const known = hostsOf(host)
  const endpoint = configured?.endpoint ?? known?.endpoint ?? `https://${host}`
  return {
    host,
    endpoint,
    api: (configured?.api ?? knownApiOf(host, endpoint) ?? endpoint).replace(/\/+$/, ''),
    realmHosts: [...(configured?.realmHosts ?? []), ...(known?.realmHosts ?? [])],
    settings: configured,
    provider,
    refusePrivateAddresses: configured === undefined && settings.refusePrivateAddresses,
  }
}

/** Whoever has a hosted registry reached elsewhere, as by a cache before it, does not have its API asked. */
function knownApiOf(host: string, endpoint: string): string | undefined {
  const known = hostsOf(host)
  const usual = new URL(known?.endpoint ?? `https://${host}`).origin
  return new URL(endpoint).origin === usual ? known?.api : undefined
}

function hostsOf(host: string) {
  const provider = findKnownProvider(host)
  return provider && factsOf(provider).hosts
}

/** `others` are the login and the pool, where it is reached by HTTP with a login. */
export const reachOf = (
  { host, endpoint, api, realmHosts, settings, provider }: RegistryAddress,
  { timeoutMs, signal }: Pick<OciOptions, 'timeoutMs' | 'signal'>,
  others: Omit<Partial<OciOptions>, 'api'> = {},
): Reach => ({
  host,
  endpoint,
  api,
  realmHosts,
  settings,
  configured: settings !== undefined,
  countsPulls: factsOf(provider).countsPulls,
  timeoutMs,
  signal,
  ...others,
})
