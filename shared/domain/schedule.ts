import { Cron } from 'croner'
import { InvalidInputError } from '../errors.ts'

/** Time zone of schedules that name none. */
export const defaultTimeZone = 'UTC'

/**
 * The first run after an instant. Five fields, or a macro such as `@daily`. On the day a clock goes forward a run in
 * the missing hour happens right after it; on the day it goes back a run in the double hour happens once.
 * @throws InvalidInputError for a schedule or a time zone that cannot be read
 */
export function nextRunAfter(schedule: string, timeZone: string, after: Date): Date | undefined {
  return cronOf(schedule, timeZone).nextRun(after) ?? undefined
}

/** The last run in `(after, until]`; undefined when there is none. A row of missed runs is made up for once. */
export function latestRunBetween(schedule: string, timeZone: string, after: Date, until: Date): Date | undefined {
  const [latest] = cronOf(schedule, timeZone).previousRuns(1, new Date(until.getTime() + 1000))
  return latest && latest > after && latest <= until ? latest : undefined
}

function cronOf(schedule: string, timeZone: string): Cron {
  checkTimeZone(timeZone)
  try {
    return new Cron(schedule, { timezone: timeZone, mode: '5-part' })
  } catch (cause) {
    throw new InvalidInputError(
      `schedule: expected five cron fields or a macro such as @daily, got ${JSON.stringify(schedule)}`,
      { cause },
    )
  }
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch (cause) {
    throw new InvalidInputError(`timeZone: expected a name of the IANA database, got ${JSON.stringify(timeZone)}`, {
      cause,
    })
  }
}
