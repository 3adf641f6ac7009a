import pMap from 'p-map'
import * as z from 'zod'
import {
  type AuditAction,
  type AuditEntry,
  auditEntry,
  daysRemembered,
  entriesIn,
  mostBetweenMs,
  type RecordedChange,
} from '../../domain/audit.ts'
import { dayMs } from '../../domain/duration.ts'
import type { UnreadableRecordError } from '../../errors.ts'
import type { Store } from '../../ports/store.ts'
import { unpackGone } from './gone-items.ts'
import { itemCodec } from './items.ts'
import {
  actorPartition,
  auditKey,
  auditPartition,
  auditPartsOf,
  changeIndexKeys,
  dayPartitions,
  goneBeforeKey,
  goneKey,
  imageKey,
  type Key,
  repositoryKey,
  tagPrefix,
  timeSortKey,
} from './keys.ts'
import { eachEntry } from './listed-entries.ts'
import { unpackBegin } from './packed-begin.ts'
import type { Item, TableClient } from './table-client.ts'
import { type OnUnreadable, readable } from './unreadable-items.ts'

const entryCodec = itemCodec(auditEntry)
const carriedCodec = itemCodec(z.strictObject({ change: auditEntry }))
const entryFields = new Set(Object.keys(auditEntry.shape))

/**
 * `policy` where the entry is about one that did not make it; `next`, what came after it, where that is known. What its key
 * says, which is in the indexes too, is no attribute beside: entries are most of what the table keeps.
 */
export function auditItem(
  repository: string,
  entry: AuditEntry,
  { policy, next }: { readonly policy?: string | undefined; readonly next?: AuditAction | undefined } = {},
): Item {
  const { id: _id, at: _at, digest: _digest, ...attributes } = entryCodec.toAttributes(entry)
  return {
    ...attributes,
    ...auditKey(repository, entry.digest, entry.at, entry.id),
    ...changeIndexKeys(entry.at, entry.id, entry.actor, policy),
    expiresAtSeconds: Math.floor(entry.at.getTime() / 1000) + daysRemembered(entry.action, next) * 86_400,
  }
}

/** Entries of their own, and those that the image and its tags still carry, oldest first and each once. */
export async function listHistory(
  table: TableClient,
  repository: string,
  digest: string,
  onUnreadable: OnUnreadable,
): Promise<AuditEntry[]> {
  const partition = repositoryKey(repository)
  const places = [(key: Key) => key, goneKey, goneBeforeKey]
  const [entries, images, tags] = await Promise.all([
    listPast(table, repository, digest, onUnreadable),
    Promise.all(places.map(placeOf => table.getItem(placeOf(imageKey(repository, digest))))),
    Promise.all(places.map(placeOf => table.queryItems(placeOf(partition).pk, tagPrefix))),
  ])
  const carrying = [...images.filter(image => image !== undefined), ...tags.flat()]
  const carried = readable(carrying, entryOf, onUnreadable).filter(entry => entry.digest === digest)
  return inOrder([...entries, ...carried.flatMap(entriesIn)])
}

/** Entries of their own alone. */
export async function listPast(
  table: TableClient,
  repository: string,
  digest: string,
  onUnreadable: OnUnreadable,
): Promise<AuditEntry[]> {
  const entries = await table.queryItems(auditPartition(repository), `${digest}#`)
  return inOrder(readable(entries, entryOf, onUnreadable, standIn).flatMap(entriesIn))
}

export const changes = (
  table: TableClient,
  onUnreadable: OnUnreadable,
): Pick<Store, 'listChanges' | 'listPolicyChanges'> => ({
  async listChanges(from, to) {
    if (from > to) return []
    const around = withNeighbours({ from, to })
    const days = daysBetween(around).flatMap(dayPartitions)
    const range = rangeOf(around)
    const items = await pMap(days, day => table.queryIndex('byTime', day, range), { concurrency: queriesAtOnce })
    return changesOf(await eachEntry(table, items.flat()), { from, to }, onUnreadable)
  },
  async listPolicyChanges(policy, from, to) {
    if (from > to) return []
    const range = rangeOf(withNeighbours({ from, to }))
    const items = await table.queryIndex('byActor', actorPartition(`policy ${policy}`), range)
    return changesOf(await eachEntry(table, items), { from, to }, onUnreadable)
  },
})

interface Stretch {
  readonly from: Date
  readonly to: Date
}

/** An end may stand where its begin stood, a moment before it; and a begin in an entry of its end, a moment after it. */
const withNeighbours = ({ from, to }: Stretch): Stretch => ({
  from: new Date(from.getTime() - mostBetweenMs),
  to: new Date(to.getTime() + mostBetweenMs),
})

const changesOf = (items: readonly Item[], { from, to }: Stretch, onUnreadable: OnUnreadable): RecordedChange[] =>
  inOrder(
    readable(items, toChange, onUnreadable, changeInPlace)
      .flatMap(entriesIn)
      .filter(({ at }) => at >= from && at <= to),
  )

const queriesAtOnce = 16

/** An item of the history is the entry; an image or a tag carries it. */
function entryOf(item: Item): AuditEntry {
  const { pk, sk } = item
  const fields = () => Object.fromEntries(Object.entries(item).filter(([name]) => entryFields.has(name)))
  const carried = unpackBegin(unpackGone(item)).change
  return carriedCodec.fromItem({ pk, sk, change: carried ?? { ...saidByKey(item), ...fields() } }).change
}

/** Versions before wrote it as attributes too. */
function saidByKey(item: Item): Item {
  const [, digest, at, id] = auditPartsOf(item)
  return { digest, at, id }
}

const toChange = (item: Item): RecordedChange => ({ repository: repositoryOf(item), ...entryOf(item) })

const repositoryOf = ({ pk, repository }: Item): string => String(repository ?? String(pk).split('#')[1])

/** Stands for an entry that cannot be read, as far as its keys say; the image or the tag may carry it. */
function standIn(item: Item, error: UnreadableRecordError): AuditEntry | undefined {
  const [, digest = '', at = '', id = ''] = item.change === undefined ? auditPartsOf(item) : carriedPartsOf(item)
  if (Number.isNaN(Date.parse(at))) return undefined
  return { id, at: new Date(at), actor: 'unknown', action: 'unreadable', digest, reason: error.message, facts: [] }
}

/** As {@link auditPartsOf}: the index has the time and the id in its sort key. */
const carriedPartsOf = ({ pk, timeSk, digest, change }: Item): string[] => [
  String(pk),
  String(change?.digest ?? digest ?? ''),
  ...String(timeSk).split('#'),
]

function changeInPlace(item: Item, error: UnreadableRecordError): RecordedChange | undefined {
  const entry = standIn(item, error)
  return entry && { repository: repositoryOf(item), ...entry }
}

/** Both ends included: `~` stands after every id. */
const rangeOf = ({ from, to }: Stretch) => ({ from: timeSortKey(from), to: timeSortKey(to, '~') })

function daysBetween({ from, to }: Stretch): string[] {
  const days: string[] = []
  for (let ms = Math.floor(from.getTime() / dayMs) * dayMs; ms <= to.getTime(); ms += dayMs)
    days.push(new Date(ms).toISOString().slice(0, 10))
  return days
}

/** Oldest first, each once: while an entry moves into the history it stands in two places. */
function inOrder<T extends AuditEntry>(entries: readonly T[]): T[] {
  const once = new Map(entries.map(entry => [entry.id, entry]))
  return [...once.values()].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1))
}
