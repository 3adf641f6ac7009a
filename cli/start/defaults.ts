import type { Grants } from '../../shared/domain/grants/grant.ts'
import type { SettingsInput } from '../../shared/settings.ts'

/** The namespaces of the demo may do everything in the registry of the demo; without the demo no namespace may. */
export const grantsOfStart = (demo: boolean): Grants =>
  demo ? [{ namespaces: ['production', 'staging'], repositories: ['**'], may: ['read', 'delete'] }] : []

/** Whoever tries the demo wants to see a deletion, and not in an hour. */
export const limitsOfStart = (demo: boolean): SettingsInput['limits'] => (demo ? { minGracePeriod: '1s' } : {})
