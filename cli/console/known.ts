import pMap from 'p-map'
import type { PolicyRecord } from '../../shared/domain/records/policies.ts'
import { ShelflifeError } from '../../shared/errors.ts'
import type { Policy, RefusedPolicy } from '../../shared/objects/policy-object.ts'
import { listPolicies } from '../../shared/sweep/world/list-policies.ts'
import { listRepositories, type ShownRepositories } from '../images/list-repositories.ts'
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

/** The policies of all clusters that can be read, by their ids. */
export const knownPolicies = ({ installation, cache }: ConsoleDeps): Promise<readonly KnownPolicy[]> =>
  cache.get('policies', fewSecondsMs, async () => {
    const { store, settings, rulebook } = installation
    const [lists, records] = await Promise.all([
      pMap(await installation.connectClusters(), async cluster => listed(listPolicies(cluster, rulebook.limits)), {
        concurrency: clustersAtOnce,
      }),
      pMap(settings.clusters, ({ name }) => store.listPolicies(name), { concurrency: clustersAtOnce }),
    ])
    const known = new Map(records.flat().map(record => [record.id, record]))
    return lists
      .flat()
      .map(found => ({ id: found.id, found, record: known.get(found.id) }))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  })

/** The overview says which cluster cannot be read, and why. */
async function listed(reading: ReturnType<typeof listPolicies>): Promise<readonly (Policy | RefusedPolicy)[]> {
  try {
    const { accepted, refused } = await reading
    return [...accepted, ...refused]
  } catch (error) {
    if (!(error instanceof ShelflifeError)) throw error
    return []
  }
}
