import { createHash } from 'node:crypto'
import { InvalidInputError } from '../../errors.ts'
import { table } from './table.ts'

/** A part of a key. Names that the product accepts never hold `#`; one that does would reach into other keys. */
function part(text: string): string {
  if (text === '' || text.includes('#'))
    throw new InvalidInputError(`key part: expected text without '#', got '${text}'`)
  return text
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

const key = (pk: string, sk: string) => ({ pk, sk })
export type Key = ReturnType<typeof key>

/** `id` is `host/path`. The repository itself, its tags, its images and its lease share one partition. */
export const repositoryKey = (id: string): Key => key(`${repositoryPrefix}${part(id)}`, repositorySortKey)
const repositoryPrefix = 'REPO#'
export const repositorySortKey = 'REPOSITORY'
export const tagKey = (repository: string, tag: string): Key => key(`REPO#${part(repository)}`, `TAG#${part(tag)}`)
export const imageKey = (repository: string, digest: string): Key =>
  key(`REPO#${part(repository)}`, `IMAGE#${part(digest)}`)
/** Where a tag or an image of that key is put away once it is gone: under the same sort key in a partition of its own. */
export const goneKey = ({ pk, sk }: Key): Key => key(`${gonePrefix}${pk.slice(repositoryPrefix.length)}`, sk)
const gonePrefix = 'ENDED#'
/** Where 0.2.0 put it. It reads no item of the other place, and counts what is there as forgotten. */
export const goneBeforeKey = ({ pk, sk }: Key): Key => key(`GONE#${pk.slice(repositoryPrefix.length)}`, sk)
/** The repository of what was put away, by the key of its item; undefined for another key. */
export const goneRepositoryOf = ({ pk }: Key): string | undefined =>
  pk.startsWith(gonePrefix) ? pk.slice(gonePrefix.length) : undefined
/** Entries of what was put away together; its name is of all of them, so that putting the same twice is one item. */
export const goneEntriesKey = (repository: string, ids: readonly string[]): Key =>
  key(`${gonePrefix}${part(repository)}`, `${goneEntriesPrefix}${hashOf(ids.toSorted().join('#')).slice(0, 32)}`)
export const goneEntriesPrefix = 'ENTRIES#'
export const leaseKey = (repository: string): Key => key(`REPO#${part(repository)}`, 'LEASE')

/** `credential` is `anonymous`, `installation` or `cluster/uid`. */
export const syncKey = (repository: string, credential: string): Key =>
  key(`REPO#${part(repository)}`, `${syncPrefix}${part(credential)}`)
export const syncPrefix = 'SYNC#'

/** `policy` is `cluster/namespace/name`. */
export const lookKey = (repository: string, policy: string): Key =>
  key(`REPO#${part(repository)}`, `LOOK#${part(policy)}`)

/** Copies of the credentials of RegistrySecrets; all of a cluster share one partition. */
export const credentialsPartition = (cluster: string): string => `CREDENTIALS#${part(cluster)}`
export const credentialKey = (cluster: string, uid: string): Key =>
  key(credentialsPartition(cluster), `${credentialPrefix}${part(uid)}`)
export const credentialPrefix = 'CREDENTIAL#'

export const hostKey = (host: string): Key => key(`HOST#${part(host)}`, 'HOST')

/** Of all registries together: one that is copied to is found by what the others say. */
export const copiesPartition = 'COPIES'
export const copyKey = (registry: string): Key => key(copiesPartition, `${copyPrefix}${part(registry)}`)
export const copyPrefix = 'REGISTRY#'

/** All slots share one partition: they are counted together. */
export const slotsPartition = 'SLOTS'
export const slotKey = (name: string): Key => key(slotsPartition, `${slotPrefix}${part(name)}`)
export const slotPrefix = 'SLOT#'

/** One for the whole table. */
export const tableRecordKey: Key = key('TABLE', 'VERSION')

export const tagPrefix = 'TAG#'
export const unreadTagPrefix = 'UNREAD#'
/** By its hash, since such a name may have any length and any characters. */
export const unreadTagKey = (repository: string, name: string): Key =>
  key(repositoryKey(repository).pk, `${unreadTagPrefix}${hashOf(name)}`)
export const imagePrefix = 'IMAGE#'

/** Sort keys from one to another, both included. No name has a character as small as the first, or as great as the last. */
export const nameRange = (prefix: string, { after, upTo }: { readonly after?: string; readonly upTo?: string }) => ({
  from: after === undefined || after === '' ? prefix : `${prefix}${after}!`,
  to: `${prefix}${upTo ?? '\uFFFF'}`,
})

/** `usage` of one repository is one partition; the cluster's own view is an index. */
export const usageKey = (repository: string, workload: readonly string[]): Key =>
  key(`USAGE#${part(repository)}`, workload.map(part).join('#'))
/** What the key of usage says; undefined for another key. */
export function usageNamesOf({ pk, sk }: Partial<Key>) {
  const [, repository, cluster, kind, namespace, name, image, ...rest] = `${pk}#${sk}`.split('#')
  if (!repository || !cluster || !kind || !namespace || !name || !image || rest.length > 0) return undefined
  return { repository, cluster, kind, namespace, name, image }
}
export const usagePartition = (repository: string): string => `USAGE#${part(repository)}`
export const clusterPartition = (cluster: string): string => `CLUSTER#${part(cluster)}`
export const inventoryKey = (cluster: string): Key => key(clusterPartition(cluster), 'INVENTORY')

/** What is counted by the Events of a cluster, and measured of its nodes; and what its objects say. */
export const meterKey = (cluster: string): Key => key(clusterPartition(cluster), 'METER')
export const gaugesKey = (cluster: string): Key => key(clusterPartition(cluster), 'GAUGES')

/** What a cluster's repositories held, a record a day. */
export const heldDaysPartition = (cluster: string): string => `HELD#${part(cluster)}`
export const heldDayKey = (cluster: string, day: string): Key => key(heldDaysPartition(cluster), `DAY#${part(day)}`)

/** How often repositories were synced: all share one partition, since they are read together and written seldom. */
export const syncCountsPartition = 'COUNTS#SYNC'
export const syncCountKey = ({
  cluster,
  namespace,
  repository,
}: Record<'cluster' | 'namespace' | 'repository', string>) =>
  key(syncCountsPartition, [cluster, namespace, repository].map(part).join('#'))

/** The clusters whose objects lead to one repository share one partition. */
export const trackingPartition = (repository: string): string => `OBJECTS#${part(repository)}`
export const trackingKey = (repository: string, cluster: string, path: string): Key =>
  key(trackingPartition(repository), `${part(cluster)}#${part(path)}`)

/** `place` is that of an arrival. */
export const arrivalKey = (place: string): Key => key(`${arrivalPrefix}${part(place)}`, 'ARRIVAL')
/** The place that made it. */
export const arrivalPlaceOf = ({ pk = '' }: Partial<Key>): string => pk.slice(arrivalPrefix.length)
const arrivalPrefix = 'ARRIVAL#'

/** The deliveries by all webhooks of a registry, and what followed from them, share one partition. */
export const deliveriesPartition = (registry: string): string => `${table.deliveryPrefix}${part(registry)}`
export const deliveryKey = (registry: string, webhook: string): Key =>
  key(deliveriesPartition(registry), `${cameSortPrefix}${part(webhook)}`)
export const followedKey = (registry: string, webhook: string): Key =>
  key(deliveriesPartition(registry), `FOLLOWED#${part(webhook)}`)
export const cameSortPrefix = 'CAME#'

/** `id` is `cluster/namespace/name`; all policies of a cluster share one partition. */
export const policyKey = (id: string): Key => {
  const [cluster = '', ...name] = id.split('/')
  return key(policiesPartition(cluster), `${policyPrefix}${part(name.join('/'))}`)
}
export const policiesPartition = (cluster: string): string => `POLICIES#${part(cluster)}`
export const policyPrefix = 'POLICY#'

/** What was approved of a policy's plans. `id` is `cluster/namespace/name`, `hash` that of a plan. */
export const approvalsPartition = (id: string): string => `APPROVALS#${part(id)}`
export const approvalKey = (id: string, hash: string): Key =>
  key(approvalsPartition(id), `${approvalPrefix}${part(hash)}`)
export const approvalPrefix = 'APPROVAL#'
/** The digests of one repository, in several items where they are many. */
export const approvedDigestsKey = (id: string, hash: string, repository: string, at: number): Key =>
  key(approvalsPartition(id), `${approvedDigestsPrefix(hash, repository)}${String(at).padStart(6, '0')}`)
export const approvedDigestsPrefix = (hash: string, repository: string): string =>
  `DIGESTS#${part(hash)}#${part(repository)}#`

/** Entries of one image in the order of time; equal entries have equal keys, so that putting twice is one item. */
export const auditKey = (repository: string, digest: string, at: Date, id: string): Key =>
  key(auditPartition(repository), `${part(digest)}#${at.toISOString()}#${part(id)}`)

export const auditPartition = (repository: string): string => `AUDIT#${part(repository)}`
/** The parts that made it: repository, digest, time, id. */
export const auditPartsOf = ({ pk, sk }: Partial<Key>): string[] => `${pk}#${sk}`.split('#').slice(1)

/** `of` is `cluster/namespace/name` of a policy, or `cluster/namespace`. */
export const toldKey = (receiver: string, of: string): Key =>
  key(`${table.toldPrefix}${part(receiver)}`, `OF#${part(of)}`)

/** One for the whole installation. */
export const auditExportKey: Key = key('EXPORT', 'AUDIT')

const dayShards = 8

/** A day is spread over several partitions, since a first sync writes more a second than one of them takes. */
const dayPartition = (day: string, shard: number): string => `DAY#${day}#${shard}`
export const dayPartitions = (day: string): string[] =>
  Array.from({ length: dayShards }, (_, shard) => dayPartition(day, shard))
export const actorPartition = (actor: string): string => `ACTOR#${part(actor)}`
export const timeSortKey = (at: Date, id = ''): string => `${at.toISOString()}#${id}`

/** Under these an entry is found by its time and, where a policy made it or it is about `policy`, by that policy. */
export const changeIndexKeys = (at: Date, id: string, actor: string, policy?: string): Record<string, string> => {
  const time = timeSortKey(at, part(id))
  const by = policy === undefined ? actor : `policy ${policy}`
  const shard = [...id].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % dayShards
  return {
    dayPk: dayPartition(at.toISOString().slice(0, 10), shard),
    timeSk: time,
    ...(by.startsWith('policy ') && { actorPk: actorPartition(by), actorSk: time }),
  }
}
