import { AccessDeniedError } from '../../errors.ts'
import type { SecretStore } from '../../ports/platform.ts'
import type { RegistryCredential, RegistryWriter } from '../../ports/registry.ts'
import { canonicalHost, type RegistrySettings, type Settings } from '../../settings.ts'
import { getCredential } from './credentials.ts'
import { createEcrWriter } from './ecr/ecr-writer.ts'
import { createOciWriter } from './oci/oci-writer.ts'
import { createPools } from './pools.ts'
import { ecrAddressOf } from './registries.ts'
import { registryAddressOf } from './registry-address.ts'

export interface WritersDeps {
  readonly settings: Settings
  readonly secrets: SecretStore
}

export interface WriterOptions {
  /** Of a namespace, for exactly this registry; in place of the `deleteSecret`, never beside it. */
  readonly credential?: RegistryCredential | undefined
  /** For each request; default 30 s. */
  readonly timeoutMs?: number | undefined
  /** PEM. */
  readonly ca?: string | undefined
  readonly insecure?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Writers {
  /**
   * A writer of a registry that the settings name, with its `deleteSecret`, which is never the credential for reading;
   * anonymous where it has none; or with the credential that is given. A registry that the settings call `ecr` is written
   * with the process's AWS role.
   *
   * @throws AccessDeniedError for a registry that the settings do not name
   */
  writer(host: string, options?: WriterOptions): Promise<RegistryWriter>
}

/** Only `sweep-execute` and `shelflife restore` import this file. */
export function createWriters({ settings, secrets }: WritersDeps): Writers {
  const poolFor = createPools()
  return {
    async writer(host, options = {}) {
      const address = registryAddressOf(settings, canonicalHost(settings, host))
      const { host: canonical, endpoint, realmHosts, settings: configured } = address
      if (configured === undefined)
        throw new AccessDeniedError(
          `${canonical}: expected a registry that may be deleted from, got one without settings; add an entry with this host, and a deleteSecret, to registries`,
        )
      const { timeoutMs, signal } = options
      if (configured.provider === 'ecr') return createEcrWriter({ ...ecrAddressOf(address), timeoutMs, signal })
      const credential = options.credential ?? (await findDeleteCredential(secrets, configured))
      const { provider } = configured
      return createOciWriter({
        host: canonical,
        endpoint,
        realmHosts,
        configured: true,
        provider,
        credential,
        timeoutMs,
        signal,
        http: poolFor(address, options),
      })
    },
  }
}

const findDeleteCredential = async (
  secrets: SecretStore,
  { deleteSecret }: RegistrySettings,
): Promise<RegistryCredential | undefined> =>
  deleteSecret === undefined ? undefined : getCredential(secrets, deleteSecret)
