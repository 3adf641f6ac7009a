import { printable, shortened, type TextStyle } from './text.ts'

/** A column of a table: one that can be narrowed gives up room, down to `minWidth`, before the row is cut. */
export interface Column {
  readonly title: string
  readonly minWidth?: number
  /** Names are told apart by their ends: what is too long loses its beginning. */
  readonly cut?: 'start'
}

const gap = '  '

/**
 * Rows below their titles, in columns as wide as what stands in them, and never wider than the terminal. Cells without a
 * column are left out.
 */
export const tableOf = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: TextStyle,
): string[] => {
  const titled = [columns.map(column => column.title), ...rows.map(row => row.slice(0, columns.length))]
  const wanted = columns.map((_, at) => Math.max(...titled.map(row => row[at]?.length ?? 0)))
  const widths = narrowed(columns, wanted, style.columns)
  return titled.map(row => {
    const cells = row.map((cell, at) => cut(cell, widths[at] ?? cell.length, columns[at]?.cut).padEnd(widths[at] ?? 0))
    return shortened(cells.join(gap), style.columns).trimEnd()
  })
}

const cut = (cell: string, width: number, from: Column['cut']): string =>
  from === 'start' && cell.length > width
    ? `…${printable(cell).slice(cell.length - width + 1)}`
    : shortened(cell, width)

/** The widest column that can be narrowed gives up a character at a time, so that no narrow one suffers first. */
const narrowed = (columns: readonly Column[], wanted: readonly number[], room: number): number[] => {
  const widths = [...wanted]
  const total = () => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1))
  while (total() > room) {
    let widest: number | undefined
    for (const [at, { minWidth }] of columns.entries()) {
      if (minWidth === undefined || (widths[at] ?? 0) <= minWidth) continue
      if (widest === undefined || (widths[at] ?? 0) > (widths[widest] ?? 0)) widest = at
    }
    if (widest === undefined) return widths
    widths[widest] = (widths[widest] ?? 1) - 1
  }
  return widths
}
