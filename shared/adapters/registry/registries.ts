import type { RegistryProvider } from '../../domain/provider.ts'
import { credentialFor } from '../../domain/pull-credentials.ts'
import type { SecretStore } from '../../ports/platform.ts'
import type { RegistryCredential, RegistryReader } from '../../ports/registry.ts'
import { canonicalHost, type Settings } from '../../settings.ts'
import { getPullCredentials } from './credentials.ts'
import { createEcrReader } from './ecr/ecr-registry.ts'
import { createOciReader } from './oci/oci-registry.ts'
import { createPools } from './pools.ts'
import { type RegistryAddress, registryAddressOf } from './registry-address.ts'

export interface RegistriesDeps {
  readonly settings: Settings
  readonly secrets: SecretStore
}

export interface ReaderOptions {
  /** The secret with the credential; goes before the registry's own `pullSecret`. */
  readonly credentialId?: string | undefined
  /** The credential itself; goes before `credentialId`. */
  readonly credential?: RegistryCredential | undefined
  /** The path that is read: of a secret with credentials by path, the one for this. Default: the one for the whole host. */
  readonly repository?: string | undefined
  /** For each request; default 30 s. */
  readonly timeoutMs?: number | undefined
  /** PEM. */
  readonly ca?: string | undefined
  readonly insecure?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Registries {
  /**
   * A reader of the registry by any of its spellings, with a credential that was configured for exactly this host, or
   * anonymous. A registry that the settings call `ecr` is read with the process's AWS role.
   *
   * @throws InvalidInputError for what is no host, and for a malformed secret; AccessDeniedError for a missing one
   */
  reader(host: string, options?: ReaderOptions): Promise<RegistryReader>
}

export function createRegistries({ settings, secrets }: RegistriesDeps): Registries {
  const poolFor = createPools()
  const readOci = async (address: RegistryAddress, options: ReaderOptions) =>
    createOciReader({
      host: address.host,
      endpoint: address.endpoint,
      realmHosts: address.realmHosts,
      configured: address.settings !== undefined,
      credential: await findCredential(secrets, address, options),
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      http: poolFor(address, options),
    })
  const readerOf: Readonly<Record<RegistryProvider, typeof readOci>> = {
    oci: readOci,
    // Harbor differs in how tags are deleted alone.
    harbor: readOci,
    ecr: async (address, { timeoutMs, signal }) => createEcrReader({ ...ecrAddressOf(address), timeoutMs, signal }),
  }
  return {
    async reader(host, options = {}) {
      const address = registryAddressOf(settings, canonicalHost(settings, host))
      return readerOf[address.settings?.provider ?? 'oci'](address, options)
    },
  }
}

/** Region and API endpoint of a registry that the settings call `ecr`. */
export const ecrAddressOf = (
  address: RegistryAddress,
): { host: string; region?: string; endpoint?: string; maxConcurrentRequests: number | undefined } => ({
  host: address.host,
  maxConcurrentRequests: address.settings?.maxConcurrentRequests,
  ...(address.settings?.region === undefined ? {} : { region: address.settings.region }),
  ...(address.settings?.endpoint === undefined ? {} : { endpoint: address.settings.endpoint }),
})

async function findCredential(
  secrets: SecretStore,
  address: RegistryAddress,
  options: ReaderOptions,
): Promise<RegistryCredential | undefined> {
  if (options.credential !== undefined) return options.credential
  const id = options.credentialId ?? address.settings?.pullSecret
  if (id === undefined) return undefined
  const credentials = await getPullCredentials(secrets, id)
  return options.repository === undefined ? credentials.whole : credentialFor(credentials, options.repository)
}
