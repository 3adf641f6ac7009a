import { InvalidInputError } from '../../errors.ts'
import { quoted } from '../repository-name.ts'

/** Tests text against one user pattern. */
export type Matcher = (text: string) => boolean

/** Where a glob is used: what can never occur there is a mistake of its author. */
export type GlobSubject = 'tag' | 'name'

const allowed = { tag: /[^A-Za-z0-9_.\-*?]/, name: /[^A-Za-z0-9_.\-*?/:]/ }
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
  const [first = '', ...others] = glob.split('*')
  const last = others.pop()
  if (last === undefined) return text => text.length === first.length && holdsAt(first, text, 0)
  const finders = others.filter(piece => piece !== '').map(finderOf)
  const shortest = glob.length - glob.split('*').length + 1
  return text => {
    const end = text.length - last.length
    if (text.length < shortest || !holdsAt(first, text, 0) || !holdsAt(last, text, end)) return false
    let at = first.length
    for (const find of finders) {
      at = find(text, at)
      if (at < 0 || at > end) return false
    }
    return true
  }
}

const holdsAt = (piece: string, text: string, start: number): boolean => {
  for (let at = 0; at < piece.length; at++) {
    const code = piece.charCodeAt(at)
    if (code !== one && code !== text.charCodeAt(start + at)) return false
  }
  return true
}

/** Where the first place behind `from` ends at which a piece between two stars stands; -1 for none. */
type Finder = (text: string, from: number) => number

const wordBits = 31
const lastAscii = 127

/**
 * The piece as bits that move along with the text (Baeza-Yates and Gonnet's Shift-And), 31 places of it in a number: a
 * policy may have 5,000 globs, and going back to the last star for each would take hours for the tags of one repository.
 */
const finderOf = (piece: string): Finder => {
  if (piece.length === 1 && piece !== '?') return (text, from) => text.indexOf(piece, from) + 1 || -1
  const words = Math.ceil(piece.length / wordBits)
  const masks = masksOf(piece, words)
  const lastBit = 1 << ((piece.length - 1) % wordBits)
  const states = new Int32Array(words)
  return (text, from) => {
    states.fill(0)
    for (let at = from; at < text.length; at++) {
      const row = Math.min(text.charCodeAt(at), lastAscii) * words
      let carry = 1
      for (let word = 0; word < words; word++) {
        const state = states[word] as number
        states[word] = ((state << 1) | carry) & (masks[row + word] as number)
        carry = state >>> (wordBits - 1)
      }
      if (((states[words - 1] as number) & lastBit) !== 0) return at + 1
    }
    return -1
  }
}

/** For each character, at which places of the piece it may stand; what is not ASCII is only a `?` anywhere. */
const masksOf = (piece: string, words: number): Int32Array => {
  const masks = new Int32Array((lastAscii + 1) * words)
  for (let at = 0; at < piece.length; at++) {
    const [word, bit] = [Math.floor(at / wordBits), 1 << (at % wordBits)]
    const code = piece.charCodeAt(at)
    const [from, to] = code === one ? [0, lastAscii] : [code, code]
    for (let each = from; each <= to; each++) masks[each * words + word] = (masks[each * words + word] as number) | bit
  }
  return masks
}
