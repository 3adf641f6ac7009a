import pMap from 'p-map'
import { listEveryImage, listEveryTag } from '../../shared/records/every-record.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import { listPolicies } from '../../shared/sweep/world/list-policies.ts'
import { listTrackedObjects } from '../../shared/sweep/world/policy-scope.ts'
import type { Installation } from '../connect/installation.ts'
import type { NameKind } from './expected.ts'

/** Their tags are asked for one repository at a time: of more than these only the repositories are offered. */
const maxRepositories = 16

type Reads = Pick<Installation, 'connectClusters' | 'rulebook' | 'store' | 'settings'>

/** The names of a kind that begin with what was typed. Throws where the installation does not answer. */
export const listNames: Readonly<Record<NameKind, (typed: string, installation: Reads) => Promise<string[]>>> = {
  policies: async (_, installation) => {
    const clusters = await installation.connectClusters()
    const all = await Promise.all(clusters.map(cluster => listPolicies(cluster, installation.rulebook.limits)))
    const isOne = clusters.length === 1
    return all
      .flatMap(({ accepted, refused }) => [...accepted, ...refused])
      .map(({ id, object: { metadata } }) => (isOne ? `${metadata.namespace}/${metadata.name}` : id))
  },
  runs: async (_, { store, settings }) => {
    const policies = await Promise.all(settings.clusters.map(({ name }) => store.listPolicies(name)))
    return policies.flat().flatMap(({ id, runs }) => runs.map(({ runId }) => `${id}/${runId}`))
  },
  repositories: async (typed, installation) =>
    chooseRepositories(typed, await listRepositories(installation)).map(({ name }) => name),
  namespaces: async (_, installation) => [
    ...new Set((await listRepositories(installation)).map(({ object }) => object.metadata.namespace)),
  ],
  images: async (typed, installation) => {
    const named = chooseRepositories(typed, await listRepositories(installation))
    if (named.length > maxRepositories) return named.map(one => `${one.name}:`)
    return (await pMap(named, one => listImages(one, typed, installation.store), { concurrency: 4 })).flat()
  },
}

/** A repository as it is typed: with its host, or by its path alone. */
interface NamedRepository {
  readonly id: string
  readonly name: string
}

/** With their hosts as long as what is typed begins one. */
function chooseRepositories(typed: string, tracked: readonly CoveredObject[]): NamedRepository[] {
  const repository = typed.replace(/(@|:[^/:]*$).*/, '')
  const isBegun = ({ name }: NamedRepository) => name.startsWith(typed) || name === repository
  const withHost = tracked.map(one => ({ id: one.repository, name: one.repository })).filter(isBegun)
  const chosen =
    withHost.length > 0 ? withHost : tracked.map(one => ({ id: one.repository, name: one.path })).filter(isBegun)
  return [...new Map(chosen.map(one => [one.id, one])).values()]
}

async function listRepositories({ connectClusters, rulebook }: Reads): Promise<CoveredObject[]> {
  const clusters = await connectClusters()
  return (await Promise.all(clusters.map(cluster => listTrackedObjects(cluster, rulebook)))).flatMap(
    ({ tracked }) => tracked,
  )
}

/** By digest where one is begun, else by tag. */
async function listImages({ id, name }: NamedRepository, typed: string, store: Reads['store']): Promise<string[]> {
  if (typed.includes('@')) return (await listEveryImage(id, store)).map(({ digest }) => `${name}@${digest}`)
  return (await listEveryTag(id, store)).map(({ tag }) => `${name}:${tag}`)
}
