/** Own words as they are, or what came from outside: names, and what they stand in. Only these are escaped. */
export type Part = string | { readonly outside: string }

/** One line of a message. */
export type Line = readonly Part[]

/** What is sent at once, in the form of no receiver yet. */
export interface Message {
  readonly title: Line
  readonly lines: readonly Line[]
}

export const outside = (text: string): Part => ({ outside: text })

const maxShown = 400

/**
 * Text from outside as one line: what is no visible character becomes a space, also line ends and the marks that turn the
 * direction of writing; of a long one the first 400 characters.
 */
export function oneLine(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
  const characters = [...line]
  return characters.length <= maxShown ? line : `${characters.slice(0, maxShown).join('')}…`
}

/** The line with each part in the form of a receiver. */
export const written = (line: Line, write: (outside: string) => string): string =>
  line.map(part => (typeof part === 'string' ? part : write(oneLine(part.outside)))).join('')
