import { type AuditEntry, auditEntry } from '../domain/audit.ts'
import { imageRecord, tagRecord } from '../domain/records.ts'
import { itemCodec } from './items.ts'
import { auditKey, imageKey, repositoryKey, tagPrefix } from './keys.ts'
import type { Item, TableClient } from './table-client.ts'

const entryCodec = itemCodec(auditEntry)
const imageCodec = itemCodec(imageRecord)
const tagCodec = itemCodec(tagRecord)

/** Entries are remembered this long. */
const retentionSeconds = 400 * 24 * 3600

export function auditItem(repository: string, entry: AuditEntry): Item {
  return {
    ...auditKey(repository, entry.digest, entry.at, entry.id),
    dayPk: `DAY#${entry.at.toISOString().slice(0, 10)}`,
    timeSk: `${entry.at.toISOString()}#${entry.id}`,
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
  const all = [...entries.map(entryCodec.fromItem), ...carried.filter(entry => entry.digest === digest)]
  const once = new Map(all.map(entry => [entry.id, entry]))
  return [...once.values()].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1))
}
