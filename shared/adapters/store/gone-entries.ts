import { type AuditEntry, auditEntry, mostBetweenMs } from '../../domain/audit.ts'
import { carriedBy, entryItems } from './carried-entries.ts'
import { packGone } from './gone-items.ts'
import { itemCodec } from './items.ts'
import { changeIndexKeys, goneEntriesKey } from './keys.ts'
import type { Item } from './table-client.ts'

/** A record that is put away, with the entry that it carries. */
interface Carrying {
  readonly record: object
  readonly repository: string
  readonly change: AuditEntry
  readonly policy: string | undefined
  readonly attributes: Item
  readonly expiresAtSeconds: number
}

const entryCodec = itemCodec(auditEntry)

/** Characters of JSON: an item has room for 400 KB, however few bytes come of them. */
const mostText = 300_000

/**
 * The entries of records that are put away, many to an item, of which the indexes hold no more than its key: it stands at
 * the time of its last entry, and none in it is longer ago than entries that are told in one. Equal records give equal
 * items; where some of them have left since, it is another item, so that none loses its entry.
 */
export function goneEntryItems<T extends object>(records: readonly T[], expiryOf: (record: T) => number): Item[] {
  const carrying = records.flatMap((record): Carrying[] => {
    const { repository, change, policy } = carriedBy(record) ?? {}
    if (repository === undefined || change === undefined) return []
    const attributes = entryCodec.toAttributes(change)
    return [{ record, repository, change, policy, attributes, expiresAtSeconds: expiryOf(record) }]
  })
  const alike = Map.groupBy(carrying, ({ repository, change, policy }) =>
    JSON.stringify([repository, policy ?? change.actor]),
  )
  return [...alike.values()].flatMap(portionsOf).flatMap(itemsOf)
}

const beginMs = ({ at, begun }: AuditEntry): number => (begun?.at ?? at).getTime()

function portionsOf(all: readonly Carrying[]): Carrying[][] {
  const portions: Carrying[][] = []
  let [sinceMs, text] = [0, 0]
  for (const one of all.toSorted((a, b) => a.change.at.getTime() - b.change.at.getTime())) {
    const length = JSON.stringify(one.attributes).length
    const since = Math.min(sinceMs, beginMs(one.change))
    const last = portions.at(-1)
    if (last && one.change.at.getTime() - since <= mostBetweenMs && text + length <= mostText) {
      last.push(one)
      ;[sinceMs, text] = [since, text + length]
    } else {
      portions.push([one])
      ;[sinceMs, text] = [beginMs(one.change), length]
    }
  }
  return portions
}

/** Each by itself where they would not come back as they are. */
function itemsOf(portion: readonly Carrying[]): Item[] {
  const last = portion.at(-1)
  if (!last) return []
  const key = goneEntriesKey(
    last.repository,
    portion.map(({ change }) => change.id),
  )
  const expiresAtSeconds = Math.max(...portion.map(one => one.expiresAtSeconds))
  const packed = packGone(key, { entries: portion.map(({ attributes }) => attributes) }, expiresAtSeconds)
  if (!packed) return entryItems(portion.map(({ record }) => record))
  const { at, id, actor } = last.change
  return [{ ...packed, ...changeIndexKeys(at, id, actor, last.policy) }]
}
