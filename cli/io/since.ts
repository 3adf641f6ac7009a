import { dayMs } from '../../shared/domain/duration.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { parseTime } from './read-time.ts'

const unitMs = { m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs }
const agePattern = /^([0-9]{1,6})([mhdw])$/
const dayPattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/

/** The moment of `90m`, `12h`, `7d` or `2w` ago, of a day in UTC, or of an RFC 3339 time. Throws InvalidInputError that names it. */
export const parseSince = (text: string, now: Date, name = '--since'): Date => {
  const [, amount, unit] = agePattern.exec(text) ?? []
  if (amount !== undefined) return new Date(now.getTime() - Number(amount) * unitMs[unit as keyof typeof unitMs])
  try {
    return parseTime(dayPattern.test(text) ? `${text}T00:00:00Z` : text)
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause
    throw new InvalidInputError(
      `${name}: expected an age such as 90m, 12h, 7d or 2w, a day or a time such as 2026-11-23T00:00:00Z, got ${quoted(text)}`,
      { cause },
    )
  }
}
