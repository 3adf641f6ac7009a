import type { RecordedChange } from '../domain/audit.ts'
import { checksumOf, type ExportedStretch, isAfter, isSettled, lastPosition } from '../domain/audit-export.ts'
import type { ExportDeps, ExportRun } from './export-run.ts'

/** The second and last look at what is settled: nothing to do where the same entries are there. */
export async function lookAgain(run: ExportRun, now: Date, { store }: ExportDeps): Promise<void> {
  for (const stretch of run.draft.stretches.filter(one => isSettled(one, now))) {
    if (run.left <= 0) return
    const listed = await store.listChanges(stretch.after.at, stretch.upTo.at)
    const entries = listed.filter(entry => isAfter(entry, stretch.after) && !isAfter(entry, stretch.upTo))
    const isComplete = checksumOf(entries.map(entry => entry.id)) === stretch.checksum
    if (!isComplete && !(await publishAgain(run, stretch, entries))) return
    run.change({ stretches: run.draft.stretches.filter(one => one.upTo !== stretch.upTo) })
  }
}

/** False when this run may publish no more before the end of the stretch. */
async function publishAgain(
  run: ExportRun,
  stretch: ExportedStretch,
  entries: readonly RecordedChange[],
): Promise<boolean> {
  let done = 0
  for (const portion of run.portionsOf(entries)) {
    await run.publish(portion)
    run.again += portion.length
    done += portion.length
    const rest = { ...stretch, after: lastPosition(portion, stretch.after), checksum: '' }
    run.change({ stretches: run.draft.stretches.map(one => (one.upTo === stretch.upTo ? rest : one)) })
    await run.save()
  }
  return done === entries.length
}
