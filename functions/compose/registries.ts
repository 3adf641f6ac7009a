import { createRegistries } from '../../shared/adapters/registry/registries.ts'
import type { Sealer, SecretStore } from '../../shared/ports/platform.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { Settings } from '../../shared/settings.ts'
import { now } from './state.ts'

export const openRegistries = (settings: Settings, keys: { secrets: SecretStore; sealer: Sealer }, store: Store) =>
  createRegistries({ settings, ...keys, store, now })
