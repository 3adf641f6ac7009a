import type { RecordedChange } from '../domain/audit.ts'
import { type AuditPosition, checksumOf, isAfter, lastPosition } from '../domain/audit-export.ts'
import { hourMs } from '../domain/duration.ts'
import type { AuditExportRecord } from '../domain/records/installation.ts'
import { ConflictError } from '../errors.ts'
import type { Draft } from '../ports/store.ts'
import { type ExportDeps, type ExportLimits, type ExportResult, ExportRun } from './export-run.ts'
import { lookAgain } from './look-again.ts'

const defaultLimits: ExportLimits = { entriesPerRun: 5000, entriesPerSave: 1000 }

/** Entries this young are left to the next run: most of what is stamped is written by then. */
const freshMs = 2 * 60_000
const sliceMs = 2 * 60_000
const slicesPerRun = 200

/**
 * Publishes the audit trail to the bus, every entry at least once, in the order of its stamps. The position is saved
 * after the events are out, so that a run that is killed repeats some and loses none. Since entries may be written long
 * after they were stamped, what was published is looked at once more when it is settled; a stretch in which an entry
 * turned up late is published again as a whole. The first run ever begins with its hour.
 */
export async function exportChanges(deps: ExportDeps): Promise<ExportResult> {
  const now = deps.now()
  const limits = deps.limits ?? defaultLimits
  const saved = await deps.store.findAuditExport()
  const run = new ExportRun(saved ?? firstRecord(now), saved, limits, deps)
  try {
    await lookAgain(run, now, deps)
    await publishNew(run, now, limits, deps)
    await run.save()
    return run.result(false)
  } catch (error) {
    if (error instanceof ConflictError) return run.result(true)
    throw error
  }
}

const firstRecord = (now: Date): Draft<AuditExportRecord> => ({
  publishedUpTo: { at: new Date(Math.floor(now.getTime() / hourMs) * hourMs) },
  stretches: [],
})

/** What was not published yet, up to a little before now, by slices of time. */
async function publishNew(run: ExportRun, now: Date, limits: ExportLimits, { store }: ExportDeps): Promise<void> {
  const end = now.getTime() - freshMs
  let open = openStretch(run, now)
  for (let slice = 0; slice < slicesPerRun && run.left > 0; slice++) {
    const after = run.draft.publishedUpTo
    if (after.at.getTime() >= end) return
    const sliceEnd = new Date(Math.min(after.at.getTime() + sliceMs, end))
    const listed = await store.listChanges(after.at, new Date(sliceEnd.getTime() - 1))
    const entries = listed.filter(entry => isAfter(entry, after))
    const portions = run.portionsOf(entries)
    const isWhole = portions.flat().length === entries.length
    for (const portion of portions) {
      await run.publish(portion)
      open.add(portion, lastPosition(portion, after))
      await run.save()
      if (open.size >= limits.entriesPerSave) open = openStretch(run, now)
    }
    if (isWhole) open.add([], { at: sliceEnd })
  }
}

/** The stretch that this run is publishing; it grows in the record with each portion. */
function openStretch(run: ExportRun, publishedAt: Date) {
  const before = run.draft.stretches
  const after = run.draft.publishedUpTo
  const ids: string[] = []
  return {
    get size() {
      return ids.length
    },
    add(entries: readonly RecordedChange[], upTo: AuditPosition): void {
      ids.push(...entries.map(entry => entry.id))
      const stretch = { after, upTo, publishedAt, checksum: checksumOf(ids) }
      run.change({ publishedUpTo: upTo, stretches: [...before, stretch] })
    },
  }
}
