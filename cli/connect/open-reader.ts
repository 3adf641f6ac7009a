import { createRegistries } from '../../shared/adapters/registry/registries.ts'
import { installationCredential } from '../../shared/domain/sync-credential.ts'
import type { RegistryCredential, RegistryReader } from '../../shared/ports/registry.ts'
import type { Installation } from './installation.ts'

/** Somebody waits for the answer. */
const timeoutMs = 10_000

/** A reader of a registry with a login, or with what the installation has for it. @throws as `Registries.reader` does */
export const openReader = (
  host: string,
  { settings, secrets, store }: Pick<Installation, 'settings' | 'secrets' | 'store'>,
  { login, signal }: { readonly login?: RegistryCredential | undefined; readonly signal?: AbortSignal } = {},
): Promise<RegistryReader> => {
  // Of sealed credentials none is read here: they are of RegistrySecrets.
  const sealer = { open: async () => undefined }
  const registries = createRegistries({ settings, secrets, store, sealer, now: () => new Date() })
  return registries.reader(host, { credential: installationCredential, timeoutMs, login, signal })
}
