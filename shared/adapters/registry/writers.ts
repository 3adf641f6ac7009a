import { AccessDeniedError } from '../../errors.ts'
import type { SecretAge, SecretStore } from '../../ports/platform.ts'
import type { RegistryCredential, RegistryWriter } from '../../ports/registry.ts'
import { canonicalHost, type RegistrySettings, type Settings } from '../../settings.ts'
import { getCredential, type Login } from './credentials.ts'
import { createEcrWriter } from './ecr/ecr-writer.ts'
import { createHarborWriter } from './harbor/harbor-writer.ts'
import { createOciWriter } from './oci/oci-writer.ts'
import { createPools } from './pools.ts'
import { ecrAddressOf } from './registries.ts'
import { registryAddressOf } from './registry-address.ts'

export interface WritersDeps {
  readonly settings: Settings
  readonly secrets: SecretStore
}

export interface WriterOptions {
  /**
   * User name and password of a `deleteSecretRef` for exactly this host, in place of all that is the installation's.
   */
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
   * anonymous where it has none; or with a credential given for this host, and then with that alone. A
   * registry that the settings call `ecr` is written with the process's AWS role.
   *
   * @throws AccessDeniedError for a registry that the settings do not name, whoever gives the credential, and for a
   *   credential that is given for ECR
   */
  writer(host: string, options?: WriterOptions): Promise<RegistryWriter>
}

/** Only `sweep-execute` and `shelflife restore` import this file. */
export function createWriters({ settings, secrets }: WritersDeps): Writers {
  const poolFor = createPools()
  return {
    async writer(host, options = {}) {
      const address = registryAddressOf(settings, canonicalHost(settings, host))
      const { host: canonical, endpoint, realmHosts, settings: configured, countsPulls } = address
      if (configured === undefined)
        throw new AccessDeniedError(
          `${canonical}: expected a registry that may be deleted from, got one without settings; add an entry with this host, and a deleteSecret, to registries`,
        )
      const { timeoutMs, signal } = options
      if (configured.provider === 'ecr') {
        // Deleting there uses the API of AWS, which knows no user name and password.
        if (options.credential !== undefined)
          throw new AccessDeniedError(
            `${canonical}: expected a grant, got the deleteSecretRef of a RegistrySecret, which ECR does not take`,
          )
        return createEcrWriter({ ...ecrAddressOf(address), timeoutMs, signal })
      }
      const login = options.credential ? { credential: options.credential } : await deleteLogin(secrets, configured)
      const reach = {
        host: canonical,
        endpoint,
        realmHosts,
        configured: true,
        countsPulls,
        ...login,
        timeoutMs,
        signal,
        ...poolFor(address, options),
      }
      return configured.provider === 'harbor' ? createHarborWriter(reach) : createOciWriter(reach)
    },
  }
}

async function deleteLogin(secrets: SecretStore, { deleteSecret }: RegistrySettings): Promise<Login> {
  if (deleteSecret === undefined) return {}
  const own = (age: SecretAge) => getCredential(secrets, deleteSecret, age)
  return { credential: await own('kept'), renewCredential: () => own('anew') }
}
