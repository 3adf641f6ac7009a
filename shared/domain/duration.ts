import { InvalidInputError } from '../errors.ts'
import { quoted } from './repository-name.ts'

const pattern = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/
const part = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

const unitMs = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', hourMs],
])

const maxLength = 32
/** What Go's 64-bit nanoseconds hold: a longer duration overflows in every other reader of the same field. */
const maxMs = 9_223_372_036_854

/**
 * Milliseconds of a duration as the CRDs accept it: `1h30m`, `24h`, `1.5s`; fractions of a millisecond are rounded.
 * Throws InvalidInputError for anything else: no unit, a sign, days, or more than about 292 years.
 */
export const parseDurationMs = (text: string): number => {
  if (text.length > maxLength || !pattern.test(text)) throw refused(text)
  let totalMs = 0
  for (const [, amount, unit] of text.matchAll(part)) totalMs += Number(amount) * (unitMs.get(unit ?? '') ?? Number.NaN)
  if (!(totalMs <= maxMs)) throw refused(text)
  return Math.round(totalMs)
}

/** `86_400_000` → `24h`, `5_400_000` → `1h30m`, `1500` → `1.5s`: what {@link parseDurationMs} reads as the same again. */
export const durationText = (ms: number): string => {
  const hours = Math.floor(ms / hourMs)
  const minutes = Math.floor((ms % hourMs) / 60_000)
  const seconds = (ms % 60_000) / 1000
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', seconds > 0 ? `${seconds}s` : '']
  return parts.join('') || '0s'
}

const refused = (text: string): InvalidInputError =>
  new InvalidInputError(`expected a duration such as 1h30m with units h, m, s or ms, got ${quoted(text)}`)
