import { createRegistries } from '../../shared/adapters/registry/registries.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import type { Store } from '../../shared/ports/store.ts'
import { registrySettingsOf, rulebookOf, type Settings } from '../../shared/settings.ts'
import { now } from './state.ts'

export const openRegistries = (settings: Settings, secrets: SecretStore, store: Store) =>
  createRegistries({ settings, secrets, store, now })

/** What the settings know of registries, by any spelling of their hosts. */
export const registriesOf = (settings: Settings) => ({
  rulebook: rulebookOf(settings),
  capacityOf: (registry: string) => registrySettingsOf(settings, registry)?.capacityBytes,
})
