import { amountText } from '../amount-text.ts'
import { ecrEventHost } from '../ecr-host.ts'
import type { CopyRecord } from '../records/copies.ts'
import { partsOf } from '../repository-id.ts'
import type { CacheRule, RegistryPlace } from './registry-copies.ts'
import { type CopyingRegistry, destinationsOf, isSame, placeOf, replicates } from './replication.ts'

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
  /** The hosts of which it is not known whether they replicate to it. */
  readonly mayBeSources: readonly string[]
  /** The hosts of which it is not known whether it is replicated to them. */
  readonly mayBeReplicas: readonly string[]
  /** What is not known, and what would let it be read. */
  readonly unknown: readonly string[]
}

export const noCopies: RepositoryCopies = {
  sources: [],
  replicas: [],
  mayBeSources: [],
  mayBeReplicas: [],
  unknown: [],
}

/**
 * By what the registries of `records` say, of those of `hosts`, which are all that may copy. A path is the same in a replica as
 * in its source, and what came by replication is not replicated further.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html
 */
export function copiesOf(id: string, records: readonly CopyRecord[], hosts: readonly string[]): RepositoryCopies {
  const { registry, path } = partsOf(id)
  const known = (host: string) => ({ host, record: records.find(one => one.registry === host) })
  const own = known(registry)
  const others = hosts.filter(host => host !== registry).map(known)
  const cachedFrom = own.record && cachedFromBy(own.record, path)
  const isUnknown = (from: CopyingRegistry, to: CopyingRegistry) => replicates(from, to, path) === undefined
  return {
    sources: others.flatMap(other => sourceIn(other, own, path)),
    replicas: replicasOf(own, path, others),
    ...(cachedFrom && { cachedFrom }),
    mayBeSources: others.filter(other => isUnknown(other, own)).map(({ host }) => host),
    mayBeReplicas: others.filter(other => isUnknown(own, other)).map(({ host }) => host),
    unknown: [...unreadOf(own), ...unreadOfOthers(others)],
  }
}

const unreadOf = ({ host, record }: CopyingRegistry): string[] => [
  ...new Set([...whyUnread(host, record?.replication), ...whyUnread(host, record?.caches)]),
]

/** Each of them may copy to it, and most often one right is missing in all. */
function unreadOfOthers(others: readonly CopyingRegistry[]): string[] {
  const [first, ...more] = others.flatMap(({ host, record }) => whyUnread(host, record?.replication))
  if (first === undefined) return []
  return [more.length === 0 ? first : `${first}; and of ${amountText(more.length, 'more registry')}`]
}

function whyUnread(host: string, part: CopyRecord['replication'] | CopyRecord['caches']): string[] {
  if (part?.refused !== undefined) return [part.refused]
  return part?.readAt === undefined ? [`${host} was not asked yet`] : []
}

function sourceIn(other: CopyingRegistry, own: CopyingRegistry, path: string): Copied[] {
  const by = placeOf(other)
  const readAt = other.record?.replication?.readAt
  return by && readAt && replicates(other, own, path) ? [{ id: `${other.host}/${path}`, by, readAt }] : []
}

function replicasOf(own: CopyingRegistry, path: string, others: readonly CopyingRegistry[]): Copied[] {
  const by = placeOf(own)
  const { rules = [], readAt } = own.record?.replication ?? {}
  if (!by || !readAt) return []
  const hostOf = (place: RegistryPlace) =>
    others.find(one => isSame(placeOf(one) ?? by, place))?.host ?? ecrEventHost(place.account, place.region)
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
