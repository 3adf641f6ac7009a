import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'

const pattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$/

/**
 * The instant that an RFC 3339 text names. Throws InvalidInputError for other forms, and for times that do not exist,
 * such as 30 February, which Date would move to another day.
 */
export const parseTime = (text: string): Date => {
  const [, year, month, day, hour, minute, second] = pattern.exec(text) ?? []
  const exists =
    isBetween(month, 1, 12) &&
    isBetween(day, 1, daysIn(Number(year), Number(month))) &&
    isBetween(hour, 0, 23) &&
    isBetween(minute, 0, 59) &&
    isBetween(second, 0, 59)
  const time = new Date(exists ? text : Number.NaN)
  if (Number.isNaN(time.getTime())) {
    throw new InvalidInputError(`expected a time such as 2026-11-23T00:00:00Z, came ${quoted(text)}`)
  }
  return time
}

const isBetween = (text: string | undefined, low: number, high: number): boolean =>
  text !== undefined && Number(text) >= low && Number(text) <= high

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()
