import { printable, shortened, type TextStyle, wrapped } from './text.ts'

/** A column of a table: one that can be narrowed gives up room, down to `minWidth`, before the row is cut. */
export interface Column {
  readonly title: string
  readonly minWidth?: number
  /** Names are told apart by their ends: what is too long loses its beginning. */
  readonly cut?: 'start'
  /** Numbers stand below each other by their last digits. */
  readonly align?: 'end'
  /**
   * Never cut: a cell that has no room beside the others stands below its row, behind these words. The last such column
   * goes there first, and none is narrowed while another can be.
   */
  readonly below?: string
}

const gap = '  '
const indent = '    '

/**
 * Rows below their titles, in columns as wide as what stands in them, and never wider than the terminal; what stands below
 * a row is part of its text. Cells without a column are left out.
 */
export const tableOf = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: TextStyle,
): string[] => {
  const cells = rows.map(row => row.slice(0, columns.length))
  const longest = columns.map((_, at) => cells.reduce((most, row) => Math.max(most, row[at]?.length ?? 0), 0))
  const { title, lineOf } = linesOf(columns, longest, style)
  return [title, ...cells.map(lineOf)]
}

/**
 * The same row by row, for those who hold none of them: `longest` is how long the longest cell of each column is, its
 * title apart.
 */
export function linesOf(columns: readonly Column[], longest: readonly number[], style: TextStyle) {
  const wanted = columns.map(({ title }, at) => Math.max(title.length, longest[at] ?? 0))
  const widths = narrowed(columns, wanted, style.columns)
  const lineOf = (beside: readonly string[]): string => shortened(beside.join(gap), style.columns).trimEnd()
  return {
    title: lineOf(
      placed(
        columns,
        columns.map(column => column.title),
        widths,
      ).beside,
    ),
    lineOf: (row: readonly string[]): string => {
      const { beside, below } = placed(columns, row, widths)
      const lines = below.flatMap(text => wrapped(text, style.columns - indent.length))
      return [lineOf(beside), ...lines.map(line => `${indent}${line}`)].join('\n')
    },
  }
}

/** The cells of a row beside each other, each as wide as its column, and what stands below them. */
function placed(columns: readonly Column[], row: readonly string[], widths: readonly (number | undefined)[]) {
  const beside: string[] = []
  const below: string[] = []
  for (const [at, cell] of row.entries()) {
    const width = widths[at]
    const { below: words, align, cut: from } = columns[at] ?? {}
    const isMoved = words !== undefined && (width === undefined || cell.length > width)
    if (isMoved && cell !== '') below.push(`${words}${cell}`)
    if (width === undefined) continue
    const text = isMoved ? '' : cut(cell, width, from)
    beside.push(align === 'end' ? text.padStart(width) : text.padEnd(width))
  }
  return { beside, below }
}

const cut = (cell: string, width: number, from: Column['cut']): string =>
  from === 'start' && cell.length > width
    ? `…${printable(cell).slice(cell.length - width + 1)}`
    : shortened(cell, width)

/** How wide each column is; undefined for one that stands below the rows. */
function narrowed(columns: readonly Column[], wanted: readonly number[], room: number): (number | undefined)[] {
  const leastOf = (at: number): number => Math.min(columns[at]?.minWidth ?? wanted[at] ?? 0, wanted[at] ?? 0)
  let beside = [...columns.keys()]
  const sumOf = (width: (at: number) => number): number =>
    beside.reduce((sum, at) => sum + width(at), gap.length * (beside.length - 1))
  while (sumOf(leastOf) > room) {
    const moved = beside.findLast(at => columns[at]?.below !== undefined)
    if (moved === undefined) break
    beside = beside.filter(at => at !== moved)
  }
  const widths = new Map(beside.map(at => [at, wanted[at] ?? 0]))
  const shrink = (from: readonly number[]): void => {
    while (sumOf(at => widths.get(at) ?? 0) > room) {
      const wider = from.filter(at => (widths.get(at) ?? 0) > leastOf(at))
      // The widest gives up a character at a time, so that no narrow one suffers first.
      const widest = wider.reduce<number | undefined>(
        (most, at) => (most !== undefined && (widths.get(most) ?? 0) >= (widths.get(at) ?? 0) ? most : at),
        undefined,
      )
      if (widest === undefined) return
      widths.set(widest, (widths.get(widest) ?? 1) - 1)
    }
  }
  shrink(beside.filter(at => columns[at]?.below === undefined))
  shrink(beside)
  return columns.map((_, at) => widths.get(at))
}
