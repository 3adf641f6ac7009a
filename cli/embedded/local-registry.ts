import type { SecretStore } from '../../shared/ports/platform.ts'
import type { RegistryCredential } from '../../shared/ports/registry.ts'
import type { RegistrySettings, SettingsInput } from '../../shared/settings.ts'
import { fileNameOf } from './local-secrets.ts'

/** What the settings say of a registry beside its host and its secrets. */
type LocalRegistrySettings = Partial<
  Pick<RegistrySettings, 'provider' | 'endpoint' | 'api' | 'realmHosts' | 'aliases' | 'notAliases' | 'capacityBytes'>
>

/** A registry of the installation of one process. */
export interface LocalRegistry extends LocalRegistrySettings {
  /** The name by which workloads know it; its loopback address is the same registry. */
  readonly host: string
  /** What it is read, deleted from and restored to with; default: nothing. */
  readonly credential?: RegistryCredential
}

/** One secret for both uses: who runs the process is one person. */
const secretOf = (host: string): string => `shelflife/registry/${fileNameOf(host)}`

/** The entry of a registry in the settings. */
export function localRegistrySettings(
  { host, credential, ...registry }: LocalRegistry,
  grants: NonNullable<SettingsInput['registries']>[number]['grants'],
): NonNullable<SettingsInput['registries']>[number] {
  const { hostname, port } = new URL(registry.endpoint ?? `https://${host}`)
  const { realmHosts = [], aliases = [], notAliases = [], ...others } = registry
  return {
    ...others,
    host,
    grants,
    realmHosts: [...realmHosts],
    aliases: [...(hostname === '127.0.0.1' ? [port === '' ? 'localhost' : `localhost:${port}`] : []), ...aliases],
    notAliases: [...notAliases],
    ...(credential && { pullSecret: secretOf(host), deleteSecret: secretOf(host) }),
  }
}

/** Keeps the credentials where the functions read them. */
export async function keepCredentials(registries: readonly LocalRegistry[], secrets: SecretStore): Promise<void> {
  for (const { host, credential } of registries)
    if (credential) await secrets.putSecret(secretOf(host), JSON.stringify(credential))
}
