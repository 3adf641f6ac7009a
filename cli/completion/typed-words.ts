/** The words after the command's name, up to the cursor. */
export interface TypedWords {
  readonly before: readonly string[]
  /** The word at the cursor; empty after a space. */
  readonly current: string
  /** What of `current` the shell does not replace, since it has cut the word there. */
  readonly cut: string
}

/** Where bash cuts words by itself: `repo:tag`, `repo@digest` and `--flag=value` come in pieces. */
const isBreak = (word: string): boolean => /^[:=@]+$/.test(word)

/** Joins the pieces again. `cursor` is the place of the piece at the cursor, from 0. */
export function joinWords(pieces: readonly string[], cursor: number): TypedWords {
  const words: { text: string; cut: string }[] = []
  let isOpen = false
  for (const piece of [...pieces.slice(0, cursor), pieces[cursor] ?? '']) {
    const last = words.at(-1)
    const joins = last !== undefined && (isOpen || (isBreak(piece) && last.text !== ''))
    if (joins) {
      last.cut = isBreak(piece) ? `${last.text}${piece}` : last.text
      last.text += piece
    } else words.push({ text: piece, cut: '' })
    isOpen = isBreak(piece)
  }
  const { text, cut } = words.pop() ?? { text: '', cut: '' }
  return { before: words.map(word => plain(word.text)), current: plain(text), cut }
}

/** Without the quotation marks that the shell would take away. */
const plain = (word: string): string => word.replaceAll(/["'\\]/g, '')
