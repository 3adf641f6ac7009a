import type { Right } from './grant.ts'
import type { Tenant } from './rights.ts'

/** What would give a namespace a right that it lacks: the setting, and the line to add to it. */
export function missingGrantText(
  registry: string,
  { cluster, name }: Pick<Tenant, 'cluster' | 'name'>,
  path: string,
  right: Right,
): string {
  const may = right === 'delete' ? ['read', 'delete'] : ['read']
  const line = JSON.stringify({ clusters: [cluster], namespaces: [name], repositories: [path], may })
  return `namespace ${name} of cluster ${cluster} may not ${right === 'delete' ? 'delete in' : 'read'} ${registry}/${path}: expected a grant in the settings of the installation; whoever deploys it adds to registries[${registry}].grants: ${line}`
}
