import { Cron } from 'croner'
import { InvalidInputError } from '../errors.ts'
import { quoted } from './repository-name.ts'

/** Why a policy's schedule cannot be followed, as its status condition has it. */
export type ScheduleProblem = 'InvalidSchedule' | 'InvalidTimeZone'

/** The field of a policy's spec that each problem is about. */
export const scheduleFields = { InvalidSchedule: 'schedule', InvalidTimeZone: 'timeZone' } as const satisfies Record<
  ScheduleProblem,
  string
>

/** A schedule or time zone that cannot be followed; `reason` is what the policy's `Ready` condition says. */
export class ScheduleError extends InvalidInputError {
  readonly reason: ScheduleProblem
  constructor(reason: ScheduleProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

const pattern = /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|[^ \t=]+([ \t]+[^ \t=]+){4})$/
const maxLength = 128
/** croner takes `/10` beside `5/15`; the cron of Kubernetes takes only the latter. */
const stepOfNothing = /(^|[ \t,])\//

/**
 * The first run strictly after a moment. `schedule` is a cron line of five fields or one of the macros, read in
 * `timeZone` (UTC where absent: see {@link checkSchedule}). `5/15` is from 5 on every 15. Day of month and day of week, both given, mean either.
 *
 * When clocks go forward, a schedule with one fixed time of day that falls into the gap runs at the first moment after
 * it, and one with wildcards, lists or steps skips the gap. When clocks go back, the former runs once and the latter
 * on both occurrences. Throws {@link ScheduleError}, also for a schedule that never comes (30 February).
 */
export const nextRunAfter = (schedule: string, timeZone: string | undefined, after: Date): Date => {
  const next = cronOf(schedule, timeZone).nextRun(after)
  if (next === null)
    throw new ScheduleError('InvalidSchedule', `expected a schedule with a next run, got ${quoted(schedule)}`)
  return next
}

/** The latest run after `after` and not after `until`; undefined where there is none. Throws {@link ScheduleError}. */
export const latestRunBetween = (
  schedule: string,
  timeZone: string | undefined,
  after: Date,
  until: Date,
): Date | undefined => {
  const [latest] = cronOf(schedule, timeZone).previousRuns(1, new Date(until.getTime() + 1))
  return latest !== undefined && latest > after ? latest : undefined
}

/** Throws {@link ScheduleError} for a schedule or a time zone that cannot be followed, also where only one is given. */
export const checkSchedule = (schedule: string | undefined, timeZone: string | undefined): void => {
  if (timeZone !== undefined) checkTimeZone(timeZone)
  if (schedule !== undefined) nextRunAfter(schedule, timeZone, new Date(0))
}

/** What {@link checkSchedule} throws; undefined where nothing is wrong. */
export const findScheduleError = (
  schedule: string | undefined,
  timeZone: string | undefined,
): ScheduleError | undefined => {
  try {
    checkSchedule(schedule, timeZone)
    return undefined
  } catch (error) {
    if (error instanceof ScheduleError) return error
    throw error
  }
}

/** What is wrong with a schedule or its time zone, undefined where nothing is. */
export const findScheduleProblem = (
  schedule: string | undefined,
  timeZone: string | undefined,
): ScheduleProblem | undefined => findScheduleError(schedule, timeZone)?.reason

const cronOf = (schedule: string, timeZone = 'UTC'): Cron => {
  checkTimeZone(timeZone)
  if (schedule.length > maxLength || !pattern.test(schedule) || stepOfNothing.test(schedule)) throw invalid(schedule)
  try {
    // Elsewhere `?` is another `*`; croner would put the current time there, and the answer would depend on the clock.
    // Sloppy is only the word for `5/15`, which is 5,20,35,50 as in a CronJob of Kubernetes.
    const mode = { mode: '5-part', sloppyRanges: true } as const
    return new Cron(schedule.replaceAll('?', '*'), { ...mode, timezone: timeZone, paused: true })
  } catch (cause) {
    throw invalid(schedule, cause)
  }
}

/**
 * An IANA name with a slash, or UTC. Short names are refused although most systems know them: CST is Chicago to one
 * reader, China to the next and Cuba to a third, and GMT, to many in Britain, is the local time, summer included.
 */
const checkTimeZone = (timeZone: string): void => {
  const got = `got ${quoted(timeZone)}`
  if (timeZone !== 'UTC' && !timeZone.includes('/'))
    throw new ScheduleError(
      'InvalidTimeZone',
      `expected UTC or an IANA time zone with a slash such as Europe/Berlin, ${got}`,
    )
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch (cause) {
    const message = `expected UTC or a time zone that the IANA database knows such as Europe/Berlin, ${got}`
    throw new ScheduleError('InvalidTimeZone', message, { cause })
  }
}

const invalid = (schedule: string, cause?: unknown): ScheduleError =>
  new ScheduleError(
    'InvalidSchedule',
    `expected a cron line of five fields such as "0 2 * * *" or a macro such as @daily, got ${quoted(schedule)}`,
    { cause },
  )
