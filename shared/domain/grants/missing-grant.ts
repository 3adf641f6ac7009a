import type { Grant, Right } from './grant.ts'
import type { Tenant } from './rights.ts'

/**
 * The setting that would give a namespace a right to one path, for whoever deploys the settings:
 * `registries[HOST].grants: LINE`, where LINE is JSON to be added as it stands.
 */
export function missingGrantText(
  registry: string,
  { cluster, name }: Pick<Tenant, 'cluster' | 'name'>,
  path: string,
  right: Right,
): string {
  const may: Grant['may'] = right === 'read' ? ['read'] : ['read', right]
  // With its cluster: whoever makes a namespace of this name in another one is somebody else.
  const line: Grant = { clusters: [cluster], namespaces: [name], repositories: [path], may }
  return `registries[${registry}].grants: ${JSON.stringify(line)}`
}
