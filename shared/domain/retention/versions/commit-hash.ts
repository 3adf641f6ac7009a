const zero = 48
const nine = 57

/**
 * True for text that reads as an abbreviated or full commit hash: 7 to 40 hex digits, any case, at least one of 0-9
 * and one of a-f, optionally after `g` as `git describe` writes it (retention 12).
 */
export const isCommitHash = (text: string): boolean => {
  const from = text.startsWith('g') || text.startsWith('G') ? 1 : 0
  const length = text.length - from
  if (length < 7 || length > 40) return false
  let digits = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= zero && code <= nine) digits++
    else if (!isHexLetter(code | 32)) return false
  }
  return digits > 0 && digits < length
}

const isHexLetter = (code: number): boolean => code >= 97 && code <= 102
