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

const dayStarts = new Map<string, number>()
const maxDays = 20_000

/**
 * The common form, whole seconds in UTC, at a tenth of the cost; undefined for whatever needs a closer look
 * by {@link parseTime}.
 */
export const quickTime = (text: string): Date | undefined => {
  if (text.length !== 20 || text.charCodeAt(10) !== 84 || text.charCodeAt(19) !== 90) return undefined
  const dayStart = dayStartOf(text.slice(0, 10))
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)]
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined
  if (dayStart === undefined || !(hour < 24 && minute < 60 && second < 60)) return undefined
  return new Date(dayStart + (hour * 3600 + minute * 60 + second) * 1000)
}

const dayStartOf = (day: string): number | undefined => {
  const known = dayStarts.get(day)
  if (known !== undefined) return known
  try {
    const start = parseTime(`${day}T00:00:00Z`).getTime()
    if (dayStarts.size >= maxDays) dayStarts.clear()
    dayStarts.set(day, start)
    return start
  } catch {
    return undefined
  }
}

/** NaN where there are no two digits. */
const twoDigits = (text: string, at: number): number => {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
