const zero = 48
const nine = 57
const minLength = 7
const maxLength = 40
const dateLength = 8

/**
 * True for a text that reads as an abbreviated or full commit hash, in any case, optionally after `g` as `git describe`
 * writes it (retention 11): 7 to 40 hex digits with at least one of 0-9 and one of a-f, or 7 to 40 decimal digits that
 * are no date. One short hash in 27 has no letter, so such a number says nothing about order.
 */
export const isCommitHash = (text: string): boolean => {
  if (text.length < minLength || text.length > maxLength + 1) return false
  const from = (text.charCodeAt(0) | 32) === 103 ? 1 : 0
  const length = text.length - from
  if (length < minLength || length > maxLength) return false
  let digits = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= zero && code <= nine) digits++
    else if (!isHexLetter(code | 32)) return false
  }
  if (digits === length) return from === 1 || !isDate(text)
  return digits > 0
}

const isHexLetter = (code: number): boolean => code >= 97 && code <= 102

/** `20YYMMDD`, alone or with a time of day or a counter of 2, 4 or 6 digits; the text holds digits alone. */
const isDate = (text: string): boolean => {
  const more = text.length - dateLength
  if (more !== 0 && more !== 2 && more !== 4 && more !== 6) return false
  const month = twoDigits(text, 4)
  const day = twoDigits(text, 6)
  return twoDigits(text, 0) === 20 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero
