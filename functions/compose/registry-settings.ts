import { registrySettingsOf, rulebookOf, type Settings } from '../../shared/settings.ts'

/** What the settings know of registries, by any spelling of their hosts. */
export const registriesOf = (settings: Settings) => ({
  rulebook: rulebookOf(settings),
  capacityOf: (registry: string) => registrySettingsOf(settings, registry)?.capacityBytes,
})
