import pMap from 'p-map'
import * as z from 'zod'
import { type AuditEntry, auditEntry, type RecordedChange } from '../../domain/audit.ts'
import { dayMs } from '../../domain/duration.ts'
import { imageRecord, tagRecord } from '../../domain/records.ts'
import type { Store } from '../../ports/store.ts'
import { itemCodec } from './items.ts'
import {
  actorPartition,
  auditKey,
  changeIndexKeys,
  dayPartitions,
  imageKey,
  repositoryKey,
  tagPrefix,
  timeSortKey,
} from './keys.ts'
import type { Item, TableClient } from './table-client.ts'

const entryCodec = itemCodec(auditEntry)
const imageCodec = itemCodec(imageRecord)
const tagCodec = itemCodec(tagRecord)

/** Entries are remembered this long. */
const retentionSeconds = 400 * 24 * 3600

/** `policy` where the entry is about one that did not make it. */
export function auditItem(repository: string, entry: AuditEntry, policy?: string): Item {
  return {
    ...auditKey(repository, entry.digest, entry.at, entry.id),
    ...changeIndexKeys(entry.at, entry.id, entry.actor, policy),
    expiresAtSeconds: Math.floor(entry.at.getTime() / 1000) + retentionSeconds,
    repository,
    ...entryCodec.toAttributes(entry),
  }
}

/** Entries of their own, and those that the image and its tags still carry, oldest first and each once. */
export async function listHistory(table: TableClient, repository: string, digest: string): Promise<AuditEntry[]> {
  const [entries, image, tags] = await Promise.all([
    table.queryItems(`AUDIT#${repository}`, `${digest}#`),
    table.getItem(imageKey(repository, digest)),
    table.queryItems(repositoryKey(repository).pk, tagPrefix),
  ])
  const carried = [
    ...(image ? [imageCodec.fromItem(image).change] : []),
    ...tags.map(item => tagCodec.fromItem(item).change),
  ]
  return inOrder([...entries.map(entryCodec.fromItem), ...carried.filter(entry => entry.digest === digest)])
}

export const changes = (table: TableClient): Pick<Store, 'listChanges' | 'listPolicyChanges'> => ({
  async listChanges(from, to) {
    if (from > to) return []
    const days = daysBetween(from, to).flatMap(dayPartitions)
    const range = rangeOf(from, to)
    const items = await pMap(days, day => table.queryIndex('byTime', day, range), { concurrency: queriesAtOnce })
    return inOrder(items.flat().map(toChange))
  },
  async listPolicyChanges(policy, from, to) {
    if (from > to) return []
    const items = await table.queryIndex('byActor', actorPartition(`policy ${policy}`), rangeOf(from, to))
    return inOrder(items.map(toChange))
  },
})

const queriesAtOnce = 16
const carriedCodec = itemCodec(z.object({ change: auditEntry }))

/** An item of the history is the entry; an image or a tag carries it. */
const toChange = (item: Item): RecordedChange => ({
  repository: String(item.repository),
  ...(item.change === undefined ? entryCodec.fromItem(item) : carriedCodec.fromItem(item).change),
})

/** Both ends included: `~` stands after every id. */
const rangeOf = (from: Date, to: Date) => ({ from: timeSortKey(from), to: timeSortKey(to, '~') })

function daysBetween(from: Date, to: Date): string[] {
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
