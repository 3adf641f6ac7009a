import { Cron } from 'croner'
import { InvalidInputError } from '../errors.ts'
import { quoted } from './repository-name.ts'

/** Why a policy's schedule cannot be followed, in the words of its status condition. */
export type ScheduleProblem = 'InvalidSchedule' | 'InvalidTimeZone'

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

/**
 * The first run strictly after a moment. `schedule` is a cron line of five fields or one of the macros, read in
 * `timeZone` (an IANA name, UTC where absent). Day of month and day of week, both given, mean either.
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

/** What is wrong with a schedule, undefined where nothing is. */
export const findScheduleProblem = (schedule: string, timeZone: string | undefined): ScheduleProblem | undefined => {
  try {
    nextRunAfter(schedule, timeZone, new Date(0))
    return undefined
  } catch (error) {
    if (error instanceof ScheduleError) return error.reason
    throw error
  }
}

const cronOf = (schedule: string, timeZone = 'UTC'): Cron => {
  checkTimeZone(timeZone)
  if (schedule.length > maxLength || !pattern.test(schedule)) throw invalid(schedule)
  try {
    // Elsewhere `?` is another `*`; croner would put the current time there, and the answer would depend on the clock.
    return new Cron(schedule.replaceAll('?', '*'), { mode: '5-part', timezone: timeZone, paused: true })
  } catch (cause) {
    throw invalid(schedule, cause)
  }
}

const checkTimeZone = (timeZone: string): void => {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch (cause) {
    const message = `expected an IANA time zone such as Europe/Berlin, got ${quoted(timeZone)}`
    throw new ScheduleError('InvalidTimeZone', message, { cause })
  }
}

const invalid = (schedule: string, cause?: unknown): ScheduleError =>
  new ScheduleError(
    'InvalidSchedule',
    `expected a cron line of five fields such as "0 2 * * *" or a macro such as @daily, got ${quoted(schedule)}`,
    { cause },
  )
