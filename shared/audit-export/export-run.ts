import type { RecordedChange } from '../domain/audit.ts'
import { imageChangedOf } from '../domain/audit-export.ts'
import type { AuditExportRecord } from '../domain/records/installation.ts'
import type { EventPublisher } from '../ports/messaging.ts'
import type { Draft, Store } from '../ports/store.ts'

export interface ExportDeps {
  readonly store: Pick<Store, 'findAuditExport' | 'saveAuditExport' | 'listChanges'>
  readonly events: EventPublisher
  readonly now: () => Date
  readonly limits?: ExportLimits
}

/** What bounds one run, so that it ends within its invocation. */
export interface ExportLimits {
  readonly entriesPerRun: number
  /** How many are published before the position is saved. */
  readonly entriesPerSave: number
}

export interface ExportResult {
  readonly published: number
  /** How many of them were in stretches where an entry had turned up late. */
  readonly again: number
  readonly upTo: Date
  /** Another run went on from the same position: it does the rest. */
  readonly overtaken: boolean
}

/** The record as this run leaves it, and what it did so far. */
export class ExportRun {
  draft: Draft<AuditExportRecord>
  again = 0
  #saved: AuditExportRecord | undefined
  #isSaved: boolean
  #published = 0
  readonly #limits: ExportLimits
  readonly #deps: ExportDeps

  constructor(
    draft: Draft<AuditExportRecord>,
    saved: AuditExportRecord | undefined,
    limits: ExportLimits,
    deps: ExportDeps,
  ) {
    this.draft = draft
    this.#saved = saved
    this.#isSaved = saved !== undefined
    this.#limits = limits
    this.#deps = deps
  }

  get left(): number {
    return this.#limits.entriesPerRun - this.#published
  }

  change(next: Partial<Draft<AuditExportRecord>>): void {
    const { publishedUpTo, stretches } = this.draft
    this.draft = { publishedUpTo, stretches, ...next }
    this.#isSaved = false
  }

  async publish(entries: readonly RecordedChange[]): Promise<void> {
    await this.#deps.events.publishEvents('ImageChanged', entries.map(imageChangedOf))
    this.#published += entries.length
  }

  async save(): Promise<void> {
    if (this.#isSaved) return
    this.#saved = await this.#deps.store.saveAuditExport(this.draft, this.#saved)
    this.#isSaved = true
  }

  result(overtaken: boolean): ExportResult {
    return { published: this.#published, again: this.again, upTo: this.draft.publishedUpTo.at, overtaken }
  }

  /** As many of the entries as this run may still publish, in the portions between two saves. */
  portionsOf(entries: readonly RecordedChange[]): RecordedChange[][] {
    const portions: RecordedChange[][] = []
    const end = Math.min(entries.length, this.left)
    for (let at = 0; at < end; at += this.#limits.entriesPerSave)
      portions.push(entries.slice(at, Math.min(end, at + this.#limits.entriesPerSave)))
    return portions
  }
}
