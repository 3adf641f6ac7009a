import { createRegistries } from '../../shared/adapters/registry/registries.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import { registrySettingsOf, rulebookOf, type Settings } from '../../shared/settings.ts'

export const openRegistries = (settings: Settings, secrets: SecretStore) => createRegistries({ settings, secrets })

/** What the settings know of registries, by any spelling of their hosts. */
export const registriesOf = (settings: Settings) => ({
  rulebook: rulebookOf(settings),
  capacityOf: (registry: string) => registrySettingsOf(settings, registry)?.capacityBytes,
})
