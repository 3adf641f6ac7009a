import { dockerHub, isRegistryHost } from '../../domain/registry-host.ts'
import { quoted } from '../../domain/repository-name.ts'
import { InvalidInputError } from '../../errors.ts'
import { type RegistrySettings, registrySettingsOf, type Settings } from '../../settings.ts'

/** Where a registry is reached, and which other hosts may ask for its credentials. */
export interface RegistryAddress {
  readonly host: string
  readonly endpoint: string
  readonly realmHosts: readonly string[]
  readonly settings: RegistrySettings | undefined
  /** Whoever wrote the host may not reach private addresses by it. */
  readonly refusePrivateAddresses: boolean
  /** It counts each manifest that it hands out as a pull: Docker Hub by its limit, Harbor and ECR for their own rules. */
  readonly countsPulls: boolean
}

/** Registries whose host in references, or whose token realm, is not the host that requests are sent to. */
const wellKnown: Readonly<Record<string, { endpoint?: string; realmHosts: readonly string[] }>> = {
  [dockerHub]: { endpoint: 'https://registry-1.docker.io', realmHosts: ['auth.docker.io'] },
  'registry.gitlab.com': { realmHosts: ['gitlab.com'] },
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
  const known = wellKnown[host]
  return {
    host,
    endpoint: configured?.endpoint ?? known?.endpoint ?? `https://${host}`,
    realmHosts: [...(configured?.realmHosts ?? []), ...(known?.realmHosts ?? [])],
    settings: configured,
    refusePrivateAddresses: configured === undefined && settings.refusePrivateAddresses,
    countsPulls: host === dockerHub || (configured !== undefined && configured.provider !== 'oci'),
  }
}
