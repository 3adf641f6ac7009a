import { amountText } from '../amount-text.ts'
import { ecrEventHost, findEcrHost } from '../ecr-host.ts'
import type { CopyRecord } from '../records/copies.ts'
import { partsOf } from '../repository-id.ts'
import type { CacheRule, RegistryPlace, ReplicationRule } from './registry-copies.ts'

/** A repository at the other end of a replication. */
export interface Copied {
  /** `host/path`. */
  readonly id: string
  /** Whose replication it is: the registry that is copied from. */
  readonly by: RegistryPlace
  readonly readAt: Date
}

/** What a repository is filled from. */
export interface CachedFrom {
  /** `host/path`. */
  readonly upstream: string
  readonly rule: CacheRule
  readonly readAt: Date
}

/** How the registries copy what is in one repository. */
export interface RepositoryCopies {
  /** What it is a replica of. */
  readonly sources: readonly Copied[]
  readonly replicas: readonly Copied[]
  readonly cachedFrom?: CachedFrom
  /** What is not known, and what would let it be read. */
  readonly unknown: readonly string[]
}

export const noCopies: RepositoryCopies = { sources: [], replicas: [], unknown: [] }

/**
 * By what the registries of `records` say. A path is the same in a replica as in its source, and what came by replication is
 * not replicated further.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html
 */
export function copiesOf(id: string, records: readonly CopyRecord[]): RepositoryCopies {
  const { registry, path } = partsOf(id)
  const own = records.find(one => one.registry === registry)
  const place = placeOf(registry, own)
  const others = records.filter(one => one !== own)
  const cachedFrom = own && cachedFromBy(own, path)
  return {
    sources: place ? others.flatMap(other => sourceIn(other, place, path)) : [],
    replicas: own && place ? replicasOf(own, place, path, others) : [],
    ...(cachedFrom && { cachedFrom }),
    unknown: [...unreadOf(own), ...unreadOfOthers(others)],
  }
}

function placeOf(registry: string, record: CopyRecord | undefined): RegistryPlace | undefined {
  const known = findEcrHost(registry)
  return record?.place ?? (known && { account: known.account, region: known.region })
}

const unreadOf = (own: CopyRecord | undefined): string[] =>
  [own?.replication?.refused, own?.caches?.refused].filter(text => text !== undefined)

/** Each of them may copy to it, and most often one right is missing in all. */
function unreadOfOthers(others: readonly CopyRecord[]): string[] {
  const [first, ...more] = others.flatMap(({ replication }) => replication?.refused ?? [])
  if (first === undefined) return []
  return [more.length === 0 ? first : `${first}; and of ${amountText(more.length, 'more registry')}`]
}

const isSame = (one: RegistryPlace, other: RegistryPlace): boolean =>
  one.account === other.account && one.region === other.region

const destinationsOf = (rules: readonly ReplicationRule[], path: string): RegistryPlace[] =>
  rules
    .filter(({ prefixes }) => prefixes.length === 0 || prefixes.some(prefix => path.startsWith(prefix)))
    .flatMap(({ destinations }) => destinations)

function sourceIn(other: CopyRecord, place: RegistryPlace, path: string): Copied[] {
  const by = placeOf(other.registry, other)
  const { rules = [], readAt } = other.replication ?? {}
  if (!by || !readAt) return []
  return destinationsOf(rules, path).some(one => isSame(one, place))
    ? [{ id: `${other.registry}/${path}`, by, readAt }]
    : []
}

function replicasOf(own: CopyRecord, by: RegistryPlace, path: string, others: readonly CopyRecord[]): Copied[] {
  const { rules = [], readAt } = own.replication ?? {}
  if (!readAt) return []
  const hostOf = (place: RegistryPlace) =>
    others.find(one => isSame(placeOf(one.registry, one) ?? by, place))?.registry ??
    ecrEventHost(place.account, place.region)
  const hosts = destinationsOf(rules, path)
    .filter(place => !isSame(place, by))
    .map(hostOf)
  return [...new Set(hosts)].map(host => ({ id: `${host}/${path}`, by, readAt }))
}

/** Of two rules, one of whose prefixes is below the other's, that one fills it. */
function cachedFromBy({ caches }: CopyRecord, path: string): CachedFrom | undefined {
  const { rules = [], readAt } = caches ?? {}
  const [rule] = rules
    .filter(({ prefix }) => prefix === '' || path.startsWith(`${prefix}/`))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)
  if (!rule || !readAt) return undefined
  const rest = rule.prefix === '' ? path : path.slice(rule.prefix.length + 1)
  const upstream = [rule.upstream, rule.upstreamPrefix, rest].filter(part => part !== '').join('/')
  return { upstream, rule, readAt }
}
