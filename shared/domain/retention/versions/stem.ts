import { isCommitHash } from './commit-hash.ts'
import { isDigit } from './dotted-numbers.ts'

const hyphen = 45
const dot = 46
const underscore = 95

/**
 * What other tags are counted apart by (retention 14): the text before the first commit hash or digit, in lower case,
 * empty for a bare date or hash. Undefined for a mere name, which has neither.
 */
export const stemOf = (text: string): string | undefined => {
  for (let start = 0; start < text.length; ) {
    const end = tokenEnd(text, start)
    if (isCommitHash(text.slice(start, end))) return text.slice(0, start).toLowerCase()
    for (let at = start; at < end; at++) {
      if (isDigit(text.charCodeAt(at))) return text.slice(0, at).toLowerCase()
    }
    start = end + 1
  }
  return undefined
}

const tokenEnd = (text: string, start: number): number => {
  let end = start
  while (end < text.length && !isSeparator(text.charCodeAt(end))) end++
  return end
}

const isSeparator = (code: number): boolean => code === hyphen || code === dot || code === underscore
