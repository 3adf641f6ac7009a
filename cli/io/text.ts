import { styleText } from 'node:util'

/** How output for people may look: `columns` is the width of the terminal, Infinity where nothing must fit. */
export interface TextStyle {
  readonly columns: number
  readonly colours: boolean
}

/** What of standard output and the environment decides how output looks. */
export interface StyledStreams {
  readonly stdout: { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A terminal is filled and coloured, unless `NO_COLOR` is set; a pipe gets everything in plain text. */
export const styleOf = ({ stdout, env }: StyledStreams): TextStyle => {
  const isTerminal = stdout.isTTY === true
  const noColour = env.NO_COLOR !== undefined && env.NO_COLOR !== ''
  return {
    columns: isTerminal ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    colours: isTerminal && !noColour,
  }
}

/** Names come from clusters and may hold anything; what would move the cursor, or turn a line round, is a question mark. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')

/** Printable text of at most so many characters, the last of them an ellipsis where something is left out. */
export const shortened = (text: string, width: number): string => {
  const plain = printable(text)
  return plain.length <= width ? plain : `${plain.slice(0, Math.max(width - 1, 0))}…`
}

export type Colour = 'green' | 'red' | 'yellow' | 'bold'

export const painted = (colour: Colour, text: string, { colours }: TextStyle): string =>
  colours ? styleText(colour, text, { validateStream: false }) : text

/** Printable text broken at spaces into lines of at most `width` characters; a longer word stays whole. */
export const wrapped = (text: string, width: number): string[] => {
  const lines: string[] = []
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
