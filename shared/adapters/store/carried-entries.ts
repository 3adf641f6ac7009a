import * as z from 'zod'
import { type AuditAction, type AuditEntry, daysRemembered, entriesIn } from '../../domain/audit.ts'
import { slices } from '../../domain/slices.ts'
import { auditItem } from './history.ts'
import type { Item, TableClient } from './table-client.ts'

/** Of any version: it is moved as it is. */
const entry = z.looseObject({ id: z.string(), at: z.date(), actor: z.string(), digest: z.string() })

/** `policy` stands on a record that is about a policy, under which its entry is then found whoever made it. */
const carriedChange = z.object({
  repository: z.string(),
  change: z.custom<AuditEntry>(value => entry.safeParse(value).success),
  policy: z.string().exactOptional(),
})

/** The entry that a record carries, with what it is about; undefined where it carries none. */
export const carriedBy = (record: object): z.infer<typeof carriedChange> | undefined =>
  carriedChange.safeParse(record).data

/** As many items as one call takes. */
const portionSize = 25

/** Puts the entries of records into the history before something is written over them. */
export class CarriedEntries {
  readonly #table: TableClient
  /** By the very objects: what they carry never changes. */
  readonly #portions = new WeakMap<object, Portion>()

  constructor(table: TableClient) {
    this.#table = table
  }

  /**
   * The records are about to be written over: with the first of them go the entries of those that follow it. `next`: what
   * each is about to come to.
   */
  announce(records: readonly object[], next?: AuditAction): void {
    const added = [...new Set(records)].filter(record => !this.#portions.has(record))
    for (const together of slices(added, portionSize)) {
      if (together.length === 1) continue
      const portion = new Portion(together, next, this.#table)
      for (const record of together) this.#portions.set(record, portion)
    }
  }

  /**
   * Where it returns, the entry of the record is in the history, or in the record that comes after it. A crash after it
   * repeats it only.
   */
  async keep(record: object, after: object): Promise<void> {
    const carried = carriedBy(record)
    const next = carriedBy(after)?.change
    if (!carried || next?.begun?.id === carried.change.id) return
    const portion = this.#portions.get(record)
    const { action } = carried.change
    if ((await portion?.isKept()) && daysRemembered(action, portion?.next) === daysRemembered(action, next?.action))
      return
    for (const item of entryItems([record], next?.action)) await this.#table.putItem(item)
  }
}

/** Records whose entries go together. */
class Portion {
  readonly next: AuditAction | undefined
  #records: readonly object[]
  readonly #table: TableClient
  #kept: Promise<boolean> | undefined

  constructor(records: readonly object[], next: AuditAction | undefined, table: TableClient) {
    this.next = next
    this.#records = records
    this.#table = table
  }

  /** False where they could not be written together: each is then put by itself, and fails by itself. */
  isKept(): Promise<boolean> {
    this.#kept ??= this.#keep()
    return this.#kept
  }

  async #keep(): Promise<boolean> {
    const items = entryItems(this.#records, this.next)
    this.#records = []
    try {
      await this.#table.putItems(items)
      return true
    } catch {
      return false
    }
  }
}

/** The entries that records carry, as items of their own. `next`: what the records come to, where that is known. */
export const entryItems = (records: readonly object[], next?: AuditAction): Item[] =>
  records.flatMap(record => {
    const { repository, change, policy } = carriedBy(record) ?? {}
    if (repository === undefined || change === undefined) return []
    return entriesIn(change).map(one => auditItem(repository, one, { policy, next }))
  })
