import { type AuditEntry, rememberedDays } from '../audit.ts'
import { dayMs } from '../duration.ts'

/** A tag or an image, as far as it is about its end. */
export interface Ended {
  readonly goneAt?: Date
  readonly change: Pick<AuditEntry, 'at'>
}

/** What deletes it, or puts it back, is through with it then: an invocation ends within a quarter of that. */
const besideMs = 60 * 60_000

const lastMs = ({ goneAt, change }: Ended): number => Math.max(goneAt?.getTime() ?? 0, change.at.getTime())

/**
 * True for what has been gone for so long that it need not be read with what is there. Nothing is decided otherwise
 * because of that: whoever decides by something gone looks for it by its name.
 */
export const isToPutAway = (record: Ended, now: Date): boolean =>
  record.goneAt !== undefined && now.getTime() - lastMs(record) > besideMs

/** Until when it is remembered: as long as the history says what became of it. */
export const rememberedUntil = (record: Ended): Date => new Date(lastMs(record) + rememberedDays.long * dayMs)
