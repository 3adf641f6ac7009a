import { InvalidInputError } from '../../errors.ts'
import { quoted } from '../repository-name.ts'

/** Tests text against one user pattern. */
export type Matcher = (text: string) => boolean

/** Where a glob is used: what can never occur there is a mistake of its author. */
export type GlobSubject = 'tag' | 'name'

const allowed = { tag: /[^A-Za-z0-9_.\-*?]/, name: /[^A-Za-z0-9_.\-*?/:]/ }
const any = 42
const one = 63

/**
 * Compiles a glob (retention 8): `*` is any run of characters, `/` too; `?` is one character; everything else stands
 * for itself. Throws InvalidInputError for an empty glob and for a character that no tag or name can hold.
 */
export const compileGlob = (glob: string, subject: GlobSubject): Matcher => {
  const odd = allowed[subject].exec(glob)?.[0]
  if (odd !== undefined) {
    throw new InvalidInputError(
      `expected a ${subject} with * and ? as wildcards, got ${quoted(glob)}: ${quoted(odd)} can never occur in a ${subject}`,
    )
  }
  if (glob === '') throw new InvalidInputError(`expected a ${subject} with * and ? as wildcards, got an empty text`)
  if (!glob.includes('*') && !glob.includes('?')) return text => text === glob
  return text => matches(glob, text)
}

/** Two cursors and one way back, to the last `*`: never more than length times length steps. */
const matches = (glob: string, text: string): boolean => {
  let at = 0
  let star = -1
  let resume = 0
  let inGlob = 0
  while (at < text.length) {
    const code = glob.charCodeAt(inGlob)
    if (code === any) {
      star = inGlob++
      resume = at
    } else if (code === one || code === text.charCodeAt(at)) {
      inGlob++
      at++
    } else if (star >= 0) {
      inGlob = star + 1
      at = ++resume
    } else return false
  }
  while (glob.charCodeAt(inGlob) === any) inGlob++
  return inGlob === glob.length
}
