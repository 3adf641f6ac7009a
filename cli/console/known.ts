import pMap from 'p-map'
import type { PolicyRecord } from '../../shared/domain/records/policies.ts'
import { ShelflifeError } from '../../shared/errors.ts'
import type { Policy, RefusedPolicy } from '../../shared/objects/policy-object.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { listPolicies } from '../../shared/sweep/world/list-policies.ts'
import { listRepositories, type ShownRepositories } from '../images/list-repositories.ts'
import type { UnreadCluster } from './api.ts'
import { type ConsoleDeps, fewSecondsMs } from './console-deps.ts'

const clustersAtOnce = 16

/** All repositories, which several answers show a part of: read at most every few seconds. */
export const knownRepositories = ({ installation, cache }: ConsoleDeps): Promise<ShownRepositories> =>
  cache.get('repositories', fewSecondsMs, () => listRepositories(installation))

/** A policy as its cluster has it, read or not, with what is known of its runs. */
export interface KnownPolicy {
  readonly id: string
  readonly found: Policy | RefusedPolicy
  readonly record: PolicyRecord | undefined
}

export interface KnownPolicies {
  /** Of all clusters that can be read, by their ids. */
  readonly policies: readonly KnownPolicy[]
  /** The other clusters: it is not known which policies they have. */
  readonly unread: readonly UnreadCluster[]
}

export const knownPolicies = ({ installation, cache }: ConsoleDeps): Promise<KnownPolicies> =>
  cache.get('policies', fewSecondsMs, async () => {
    const { store, settings, rulebook } = installation
    const unread: UnreadCluster[] = []
    const read = async (cluster: Cluster): Promise<readonly (Policy | RefusedPolicy)[]> => {
      try {
        const { accepted, refused } = await listPolicies(cluster, rulebook.limits)
        return [...accepted, ...refused]
      } catch (error) {
        if (!(error instanceof ShelflifeError)) throw error
        unread.push({ cluster: cluster.name, message: error.message })
        return []
      }
    }
    const [lists, records] = await Promise.all([
      pMap(await installation.connectClusters(), read, { concurrency: clustersAtOnce }),
      pMap(settings.clusters, ({ name }) => store.listPolicies(name), { concurrency: clustersAtOnce }),
    ])
    const known = new Map(records.flat().map(record => [record.id, record]))
    const policies = lists.flat().map(found => ({ id: found.id, found, record: known.get(found.id) }))
    return { policies: policies.sort((a, b) => (a.id < b.id ? -1 : 1)), unread }
  })
