import type { Grants } from '../../shared/domain/grants/grant.ts'
import type { Rulebook } from '../../shared/settings.ts'
import { rulebookWith } from '../support/rulebook.ts'

/**
 * Who shares the first cluster: `team` and `team-b` are one tenant, `bank` has standing over some paths and may delete
 * nowhere, `evil` has no grant at all.
 */
export const namespaces = ['team', 'team-b', 'bank', 'evil'] as const
export type Namespace = (typeof namespaces)[number]

const grants: Grants = [
  { clusters: ['*'], namespaces: ['team', 'team-b'], repositories: ['team/**'], may: ['read', 'delete'] },
  { clusters: ['eu-*'], namespaces: ['bank'], repositories: ['team/app-1*'], may: ['read'] },
]

export const soakRules: Rulebook = rulebookWith({
  grantsOf: () => grants,
  ownCredentialOf: () => 'pullSecret',
})

/** The same as the grants say, told apart from the product's reading of them. */
export const mayDelete = (namespace: string): boolean => namespace === 'team' || namespace === 'team-b'

export const hasStanding = (namespace: string, path: string): boolean =>
  mayDelete(namespace) || (namespace === 'bank' && path.startsWith('team/app-1'))

export const isOneTenant = (a: string, b: string): boolean => a === b || (mayDelete(a) && mayDelete(b))
