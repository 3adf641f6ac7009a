import { type Whole, wholeOf } from './version.ts'

const dot = 46

/** Where the digits end that begin at a place; the place itself where there are none. */
export const digitsEnd = (text: string, start: number): number => {
  let end = start
  while (isDigit(text.charCodeAt(end))) end++
  return end
}

/** Where a dot and the digits behind it end; the place itself where there are not both. */
export const dottedEnd = (text: string, at: number): number => {
  if (text.charCodeAt(at) !== dot) return at
  const end = digitsEnd(text, at + 1)
  return end === at + 1 ? at : end
}

/** The number behind a dot, as far as {@link dottedEnd} says; 0 where there is none. */
export const dottedNumber = (text: string, at: number, end: number): Whole =>
  end === at ? 0 : wholeOf(text, at + 1, end)

/** True for the code of a decimal digit. */
export const isDigit = (code: number): boolean => code >= 48 && code <= 57
