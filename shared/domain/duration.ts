import { InvalidInputError } from '../errors.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

// Go's own limit, 292 years: what the cluster accepts, and far inside what a Date can hold.
const longestMs = 2 ** 63 / 1e6

/**
 * Milliseconds of a duration in Go's spelling, as the resources give it: `90s`, `1h30m`, `1.5h`, `250ms`; no days.
 * @throws InvalidInputError for anything else, and above 292 years.
 */
export function parseDurationMs(text: string): number {
  const isDuration = text.length <= 32 && /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)
  if (!isDuration) throw invalid(text)
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  const totalMs = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0)
  if (totalMs > longestMs) throw invalid(text)
  return Math.round(totalMs)
}

const invalid = (text: string): InvalidInputError =>
  new InvalidInputError(`expected a duration such as 90s, 10m or 1h30m, got ${JSON.stringify(text.slice(0, 40))}`)
