import { exportChanges } from '../../../shared/audit-export/export-changes.ts'
import type { ExportDeps, ExportLimits } from '../../../shared/audit-export/export-run.ts'
import type { RecordedChange } from '../../../shared/domain/audit.ts'
import type { ImageChanged } from '../../../shared/domain/events.ts'
import type { AuditExportRecord } from '../../../shared/domain/records/installation.ts'
import { ConflictError } from '../../../shared/errors.ts'
import type { EventPublisher } from '../../../shared/ports/messaging.ts'
import { createKillPoint, KilledError, type KillPoint } from '../../support/memory-platform.ts'
import { at, entryOf } from '../../support/records.ts'

export const repository = 'harbor.example.com/myapp/myapp'

export const changeOf = (id: string, seconds: number, rest: Partial<RecordedChange> = {}): RecordedChange => ({
  repository,
  ...entryOf(id, seconds),
  ...rest,
})

/** A trail in memory, in the order of the store; an entry is seen from the moment it is written. */
export function createTrail() {
  const written: RecordedChange[] = []
  let record: AuditExportRecord | undefined
  const store: ExportDeps['store'] = {
    findAuditExport: async () => record,
    saveAuditExport: async (draft, previous) => {
      if (record?.number !== previous?.number) throw new ConflictError('another run was first', { current: record })
      record = { ...draft, number: (previous?.number ?? 0) + 1 }
      return record
    },
    listChanges: async (from, to) =>
      written
        .filter(entry => entry.at >= from && entry.at <= to)
        .sort((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1)),
  }
  return {
    store,
    write: (...entries: RecordedChange[]) => {
      written.push(...entries)
    },
    record: () => record,
  }
}

/** A store, the bus behind it and a clock; a run that is killed ends quietly, as a dead process does. */
export function createExportFixture(store: ExportDeps['store'], limits: ExportLimits) {
  const published: ImageChanged[] = []
  const events: EventPublisher = {
    publishEvents: async (_, details) => {
      published.push(...(details as readonly ImageChanged[]))
    },
  }
  let seconds = 0
  const now = () => at(seconds)
  return {
    published,
    pass: (by: number) => {
      seconds += by
    },
    run: async (kill: KillPoint = createKillPoint()) => {
      try {
        return await exportChanges({ store: kill.wrap(store), events: kill.wrap(events), now, limits })
      } catch (error) {
        if (!(error instanceof KilledError)) throw error
        return undefined
      }
    },
    ids: () => published.map(event => event.id),
  }
}
