import pMap from 'p-map'
import { amountText } from '../../shared/domain/amount-text.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { type NamedSource, type PullScopes, unknownPullers, whyNobodyPulls } from '../../shared/domain/pullers.ts'
import { isListed, sourcesIn } from '../../shared/domain/usage-freshness.ts'
import { findCondition } from '../../shared/objects/conditions.ts'
import type { Policy, RefusedPolicy } from '../../shared/objects/policy-object.ts'
import type { CustomObject } from '../../shared/ports/cluster.ts'
import { inventoriesOf } from '../../shared/records/inventories.ts'
import { workloadSourcesOf } from '../../shared/settings.ts'
import type { Installation } from '../connect/installation.ts'

/** Something to tell, and of what. */
export interface Finding {
  readonly what: string
  readonly message: string
}

/** What of a cluster problems are found in. */
export interface Looked {
  readonly accepted: readonly Policy[]
  readonly refused: readonly RefusedPolicy[]
  readonly repositories: readonly CustomObject[]
  readonly secrets: readonly CustomObject[]
}

const lookupsAtOnce = 16
const namedObjects = 3

/** Sources of workloads of which it is not known what they use, and registries that are left alone for a while. */
export async function problemsOfSources(
  { store, settings, rulebook }: Pick<Installation, 'store' | 'settings' | 'rulebook'>,
  now: Date,
): Promise<Finding[]> {
  const inventories = await inventoriesOf(workloadSourcesOf(settings), store)
  const unknown = [...inventories].flatMap(([name, inventory]) => {
    if (isListed(inventory, now)) return []
    const last = inventory
      ? `was last listed at ${secondsOf(inventory.finishedAt)}: ${inventory.message}`
      : 'was never listed'
    return [{ what: `what ${name} uses`, message: `is not known, so that nothing it pulls is deleted; it ${last}` }]
  })
  const hosts = await pMap(settings.registries, ({ host }) => store.findHost(host), { concurrency: lookupsAtOnce })
  const left = hosts.flatMap(host =>
    host?.until !== undefined && host.until > now
      ? [{ what: `registry ${host.host}`, message: `is left alone until ${secondsOf(host.until)}: ${host.message}` }]
      : [],
  )
  return [...unknown, ...problemsOfPullers(settings, sourcesIn(inventories), rulebook), ...left]
}

/** What keeps everything though each source was listed: nobody is known who pulls. */
function problemsOfPullers(
  { registries }: Installation['settings'],
  sources: readonly NamedSource[],
  scopes: PullScopes,
): Finding[] {
  const nobody = sources.length === 0 ? undefined : whyNobodyPulls(sources)
  const problems = nobody ? [nobody] : registries.flatMap(({ host }) => unknownPullers(host, sources, scopes) ?? [])
  return problems.map(problem => ({
    what: 'who pulls',
    message: `is not known, so that nothing that they may pull is deleted: ${problem}`,
  }))
}

/** Of `Ready`: what a person has done on purpose. */
const onPurpose = ['Suspended', 'Paused']
const failedRuns = ['RunFailed', 'PartialFailure']

/** Policies that are not in force, and those whose last run did not do all. */
export const problemsOfPolicies = (clusters: readonly Looked[]): Finding[] =>
  clusters.flatMap(({ accepted, refused }) => [
    ...refused.map(({ id, message }) => ({ what: `policy ${id}`, message })),
    ...accepted.flatMap(({ id, object }) => {
      const ready = findCondition(object.status, 'Ready')
      const run = findCondition(object.status, 'LastRunSucceeded')
      return [
        ...(ready?.status === 'False' && !onPurpose.includes(ready.reason)
          ? [{ what: `policy ${id}`, message: `${ready.reason}: ${ready.message}` }]
          : []),
        ...(run?.status === 'False' && failedRuns.includes(run.reason)
          ? [{ what: `last run of ${id}`, message: `${run.reason}: ${run.message}` }]
          : []),
      ]
    }),
  ])

/** Credentials that registries refuse, syncs that fail, by their reason, and what runs and cannot be pulled. */
export function problemsOfObjects(clusters: readonly Looked[]): Finding[] {
  const repositories = clusters.flatMap(one => one.repositories)
  const refused = clusters
    .flatMap(one => one.secrets)
    .flatMap(object => {
      const verified = findCondition(object.status, 'Verified')
      const message = `${verified?.reason}: ${verified?.message}`
      return verified?.status === 'False' ? [{ what: `RegistrySecret ${nameOf(object)}`, message }] : []
    })
  return [
    ...grouped(repositories, 'InDanger', 'True', 'in use and cannot be pulled'),
    ...refused,
    ...grouped(repositories, 'Synced', 'False', 'not synced'),
  ]
}

/** One line for each reason, however many objects have it, with the first few and what the first one says. */
function grouped(objects: readonly CustomObject[], type: string, status: string, words: string): Finding[] {
  const found = objects.flatMap(object => {
    const condition = findCondition(object.status, type)
    return condition?.status === status ? [{ object, condition }] : []
  })
  return [...Map.groupBy(found, ({ condition }) => condition.reason)].map(([reason, group]) => {
    const names = group.slice(0, namedObjects).map(({ object }) => nameOf(object))
    const more = group.length > names.length ? ` and ${group.length - names.length} more` : ''
    return {
      what: `${amountText(group.length, 'object')} ${words}`,
      message: `${reason}: ${names.join(', ')}${more}: ${group[0]?.condition.message}`,
    }
  })
}

const nameOf = ({ cluster, metadata }: CustomObject): string => `${cluster}/${metadata.namespace}/${metadata.name}`
