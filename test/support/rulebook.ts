import type { Grants } from '../../shared/domain/grants/grant.ts'
import type { InstallationLimits } from '../../shared/domain/policy/installation-limits.ts'
import type { Rulebook } from '../../shared/settings.ts'

/** Every namespace may delete everything. */
export const deleteAll: Grants = [{ namespaces: ['*'], repositories: ['**'], may: ['read', 'delete'] }]

/** Nobody waits an hour for a test. */
export const shortGrace = { minGracePeriod: '1s' } as const

/** Policies as they are. */
export const noLimits: InstallationLimits = {
  minGracePeriodMs: 0,
  maxDeletionsPerRun: undefined,
  maxDeletionPercent: 100,
}

/** The rules of an installation in which nobody is in anybody's way; a test says what it wants otherwise. */
export const rulebookWith = (said: Partial<Rulebook> = {}): Rulebook => ({
  registries: [],
  canonicalHost: host => host,
  canonicalPath: (_, path) => path,
  pathSpellings: (_, path) => [path],
  isConfigured: () => true,
  providerOf: () => 'oci',
  factsOf: () => ({ untagged: 'stays' }),
  takesDeleteLogins: () => true,
  grantsOf: () => deleteAll,
  ownCredentialOf: () => undefined,
  readsLabels: false,
  isNotAlias: () => false,
  pullsFrom: () => true,
  pullScopesOf: () => [],
  drained: [],
  limits: noLimits,
  ...said,
})
