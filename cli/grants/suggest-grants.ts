import type { Grant, Right } from '../../shared/domain/grants/grant.ts'
import type { Spelling } from '../../shared/domain/repository-id.ts'
import type { KnownRegistrySecret } from '../../shared/objects/lending.ts'
import { parseRepositoryObject } from '../../shared/objects/parse-objects.ts'
import { findRegistry, namesCredential } from '../../shared/objects/resolve-registry.ts'
import { ClusterLists } from '../../shared/sweep/world/cluster-lists.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import { coveredBy } from '../../shared/sweep/world/policy-scope.ts'
import type { Installation } from '../connect/installation.ts'
import type { GrantsByRegistry } from './list-grants.ts'

type Reads = Pick<Installation, 'connectClusters' | 'rulebook' | 'settings'>

/** What one namespace does in one registry today, by path. */
interface Habit {
  readonly cluster: string
  readonly namespace: string
  readonly paths: Map<string, Right>
}

/** The lines that keep what is done today, for each registry of the settings. */
export async function suggestGrants({ connectClusters, rulebook, settings }: Reads): Promise<GrantsByRegistry> {
  const clusters = await connectClusters()
  const lists = new ClusterLists(clusters, rulebook, [])
  const all = await lists.all()
  for (const error of all.unread.values()) throw error
  const habits = new Habits()
  for (const cluster of clusters) {
    const { tracked = [], secrets = [] } = (await lists.findTracked(cluster)) ?? {}
    for (const one of tracked)
      if (rulebook.ownCredentialOf(one.registry) !== undefined && readsWithout(one, secrets, rulebook))
        habits.add(one.registry, cluster.name, one.object.metadata.namespace, one.path, 'read')
  }
  for (const policy of all.accepted) {
    const { cluster, metadata } = policy.object
    const right = policy.spec.targets.includes('RegistryArtifact') ? 'delete' : 'read'
    for (const { registry, path } of coveredBy(policy, all.tracked))
      habits.add(registry, cluster, metadata.namespace, path, right)
  }
  return new Map(settings.registries.map(({ host }) => [host, linesOf(habits.of(host))]))
}

/** Its RegistrySecret names no credential, so that the installation's was used. */
function readsWithout({ object }: CoveredObject, secrets: readonly KnownRegistrySecret[], spelling: Spelling): boolean {
  const { secret } = findRegistry(object.metadata.namespace, parseRepositoryObject(object), secrets, spelling)
  return secret !== undefined && !namesCredential(secret.spec)
}

class Habits {
  readonly #byRegistry = new Map<string, Map<string, Habit>>()

  add(registry: string, cluster: string, namespace: string, path: string, right: Right): void {
    const ofRegistry = this.#byRegistry.get(registry) ?? new Map<string, Habit>()
    this.#byRegistry.set(registry, ofRegistry)
    const key = `${cluster}/${namespace}`
    const habit = ofRegistry.get(key) ?? { cluster, namespace, paths: new Map<string, Right>() }
    ofRegistry.set(key, habit)
    if (habit.paths.get(path) !== 'delete') habit.paths.set(path, right)
  }

  of(registry: string): Habit[] {
    return [...(this.#byRegistry.get(registry)?.values() ?? [])]
  }
}

/** Namespaces that do the same below the same paths share a line; those that stay below their own name share one for all. */
function linesOf(habits: readonly Habit[]): Grant[] {
  const lines = new Map<string, Grant>()
  for (const habit of habits)
    for (const may of [['read', 'delete'], ['read']] as const) {
      const paths = pathsOf(habit, may.length === 2 ? 'delete' : 'read')
      if (paths.length === 0) continue
      const isOwn = paths.every(path => path.startsWith(`${habit.namespace}/`))
      const repositories = isOwn ? ['{namespace}/**'] : paths
      const key = JSON.stringify([habit.cluster, may, repositories])
      const { namespaces = [] } = lines.get(key) ?? {}
      const shared = [...namespaces, habit.namespace].sort()
      lines.set(key, { clusters: [habit.cluster], namespaces: shared, repositories, may: [...may] })
    }
  return [...lines.values()]
}

const pathsOf = ({ paths }: Habit, right: Right): string[] =>
  [...paths].flatMap(([path, has]) => (has === right ? [path] : [])).sort()
