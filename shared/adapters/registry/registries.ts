import type { RegistryProvider } from '../../domain/provider.ts'
import { anonymousCredential, installationCredential, type SyncCredential } from '../../domain/sync-credential.ts'
import type { RegistryCredential, RegistryReader } from '../../ports/registry.ts'
import { canonicalHost } from '../../settings.ts'
import { createEcrReader } from './ecr/ecr-registry.ts'
import { createHarborReader } from './harbor/harbor-rules.ts'
import { createOciReader } from './oci/oci-registry.ts'
import type { OciOptions } from './oci/oci-session.ts'
import { createPools } from './pools.ts'
import { type RegistryAddress, registryAddressOf } from './registry-address.ts'
import { findLogin, type LoginDeps } from './sync-login.ts'

export interface ReaderOptions {
  /** What is read with; default: nothing. */
  readonly credential?: SyncCredential | undefined
  /** User name and password, in place of `credential`. */
  readonly login?: RegistryCredential | undefined
  /** The path that is read: of credentials by path, the one for this. Default: the one for the whole host. */
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
   * anonymous. The credential of the installation is the process's AWS role at a registry that the settings call `ecr`.
   *
   * @throws InvalidInputError for what is no host; AccessDeniedError for a secret that is missing or malformed, and
   *   for a credential that may not be used here (any more)
   */
  reader(host: string, options?: ReaderOptions): Promise<RegistryReader>
}

/** `stallMs`: after so long without a byte a request ends; default 15 s. */
export function createRegistries(deps: LoginDeps & { readonly stallMs?: number }): Registries {
  const { settings } = deps
  const poolFor = createPools(deps.stallMs)
  const loginOf = async (address: RegistryAddress, { login, credential, repository }: ReaderOptions) =>
    login ?? findLogin(credential ?? anonymousCredential, address, repository, deps)
  const ociOptions = async (address: RegistryAddress, options: ReaderOptions): Promise<OciOptions> => ({
    host: address.host,
    endpoint: address.endpoint,
    realmHosts: address.realmHosts,
    configured: address.settings !== undefined,
    countsPulls: address.countsPulls,
    credential: await loginOf(address, options),
    credentialId: options.login === undefined ? options.credential : undefined,
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    ...poolFor(address, options),
  })
  const readOci = async (address: RegistryAddress, options: ReaderOptions) =>
    createOciReader(await ociOptions(address, options))
  const readerOf: Readonly<Record<RegistryProvider, typeof readOci>> = {
    oci: readOci,
    // Beside its own rules Harbor differs in how tags are deleted alone.
    harbor: async (address, options) => createHarborReader(await ociOptions(address, options)),
    ecr: async (address, options) => {
      const { credential, login, timeoutMs, signal } = options
      if (login === undefined && credential === installationCredential)
        return createEcrReader({ ...ecrAddressOf(address), timeoutMs, signal })
      // The endpoint in the settings is that of the AWS API.
      return readOci({ ...address, endpoint: `https://${address.host}` }, options)
    },
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
