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
    throw new InvalidInputError(`expected a time such as 2026-11-23T00:00:00Z, got ${quoted(text)}`)
  }
  return time
}

const isBetween = (text: string | undefined, low: number, high: number): boolean =>
  text !== undefined && Number(text) >= low && Number(text) <= high

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

const dayStarts = new Map<number, number>()
const maxDays = 20_000
const quickLength = '2026-11-23T00:00:00Z'.length

/**
 * The milliseconds of the common form, whole seconds in UTC, from its ASCII bytes, at a tenth of the cost; undefined for
 * whatever needs a closer look by {@link parseTime}.
 */
export const quickTimeMs = (bytes: Uint8Array, start: number, end: number): number | undefined => {
  if (end - start !== quickLength || !hasMarks(bytes, start)) return undefined
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
  const dayStart = dayStartOf(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8))
  const hour = twoDigits(bytes, start + 11)
  const [minute, second] = [twoDigits(bytes, start + 14), twoDigits(bytes, start + 17)]
  if (dayStart === undefined || !(hour < 24 && minute < 60 && second < 60)) return undefined
  return dayStart + (hour * 3600 + minute * 60 + second) * 1000
}

/** `-`, `-`, `T`, `:`, `:` and `Z` in their places. */
const hasMarks = (bytes: Uint8Array, at: number): boolean =>
  bytes[at + 4] === 45 &&
  bytes[at + 7] === 45 &&
  bytes[at + 10] === 84 &&
  bytes[at + 13] === 58 &&
  bytes[at + 16] === 58 &&
  bytes[at + 19] === 90

/** Dates before the year 1000 are left to {@link parseTime}: Date.UTC takes a year below 100 for one of the last century. */
const dayStartOf = (year: number, month: number, day: number): number | undefined => {
  const key = (year * 100 + month) * 100 + day
  const known = dayStarts.get(key)
  if (known !== undefined) return known
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined
  const start = Date.UTC(year, month - 1, day)
  if (dayStarts.size >= maxDays) dayStarts.clear()
  dayStarts.set(key, start)
  return start
}

/** NaN where there are no two digits. */
const twoDigits = (bytes: Uint8Array, at: number): number => {
  const [tens, ones] = [(bytes[at] ?? 0) - 48, (bytes[at + 1] ?? 0) - 48]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
