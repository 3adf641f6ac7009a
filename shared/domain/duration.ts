import { InvalidInputError } from '../errors.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const whole = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/
const part = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g
/** A hundred years: longer is a slip of the pen, and would overflow what timers and dates hold. */
const maxMs = 100 * 366 * 24 * 3_600_000

/**
 * Milliseconds of a Go duration as the custom resources spell it: `1h30m`, `500ms`, `1.5h`. No sign, no days.
 * @throws InvalidInputError for any other text and for more than a hundred years
 */
export function parseDurationMs(text: string): number {
  if (!whole.test(text))
    throw new InvalidInputError(
      `duration: expected numbers with ms, s, m or h such as 1h30m, got ${JSON.stringify(text)}`,
    )
  const totalMs = [...text.matchAll(part)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0),
    0,
  )
  if (totalMs > maxMs) throw new InvalidInputError(`duration: expected at most 100 years, got ${JSON.stringify(text)}`)
  return totalMs
}
