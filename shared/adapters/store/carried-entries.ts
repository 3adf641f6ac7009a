import * as z from 'zod'
import type { AuditEntry } from '../../domain/audit.ts'
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

  /** The records are about to be written over: with the first of them go the entries of those that follow it. */
  announce(records: readonly object[]): void {
    const added = [...new Set(records)].filter(record => !this.#portions.has(record))
    for (const together of slices(added, portionSize)) {
      if (together.length === 1) continue
      const portion = new Portion(together, this.#table)
      for (const record of together) this.#portions.set(record, portion)
    }
  }

  /** Where it returns, the entry of the record is in the history. A crash after it repeats it only. */
  async keep(record: object): Promise<void> {
    if (await this.#portions.get(record)?.isKept()) return
    for (const item of itemsOf([record])) await this.#table.putItem(item)
  }
}

/** Records whose entries go together. */
class Portion {
  #records: readonly object[]
  readonly #table: TableClient
  #kept: Promise<boolean> | undefined

  constructor(records: readonly object[], table: TableClient) {
    this.#records = records
    this.#table = table
  }

  /** False where they could not be written together: each is then put by itself, and fails by itself. */
  isKept(): Promise<boolean> {
    this.#kept ??= this.#keep()
    return this.#kept
  }

  async #keep(): Promise<boolean> {
    const items = itemsOf(this.#records)
    this.#records = []
    try {
      await this.#table.putItems(items)
      return true
    } catch {
      return false
    }
  }
}

const itemsOf = (records: readonly object[]): Item[] =>
  records.flatMap(record => {
    const carried = carriedBy(record)
    return carried ? [auditItem(carried.repository, carried.change, carried.policy)] : []
  })
