import {
  observeWindowOffset,
  observeWindowRect,
  type PartialKeys,
  Virtualizer,
  type VirtualizerOptions,
  windowScroll,
} from '@tanstack/virtual-core'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks'

export interface TableColumn<Row> {
  readonly title: string
  /** What its cells hold: numbers stand at the end, a word is never broken, a name breaks anywhere. */
  readonly kind?: 'number' | 'word' | 'name'
  readonly cell: (row: Row) => ComponentChildren
}

export interface VirtualTableProps<Row> {
  readonly caption: string
  readonly columns: readonly TableColumn<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row, at: number) => string
  /** How many there are with those that were not asked for yet; absent where nobody knows. */
  readonly total?: number | undefined
  readonly classOf?: ((row: Row, at: number) => string) | undefined
  /** Called when the last rows come near. */
  readonly onEnd?: (() => void) | undefined
}

/** Rows below and above what is seen. */
const overscan = 8
const estimatedHeight = 40
/** The next page is asked for when fewer rows than these are left. */
const nearEnd = 30

/**
 * A table of any length, of which only what can be seen is in the page. A narrow window shows each row as a block, with
 * the title of the column before each cell.
 */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { caption, columns, rows, keyOf, total, classOf, onEnd } = props
  const top = useRef<HTMLTableSectionElement>(null)
  const virtualizer = useWindowVirtualizer(rows.length, top, at => keyOf(rows[at] as Row, at))
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)
  const isNearEnd = last === undefined || last.index >= rows.length - nearEnd
  useEffect(() => {
    if (isNearEnd) onEnd?.()
  }, [isNearEnd, rows.length, onEnd])
  const margin = virtualizer.options.scrollMargin
  const above = (items[0]?.start ?? margin) - margin
  const below = virtualizer.getTotalSize() - ((last?.end ?? margin) - margin)
  return (
    <table class="table" aria-rowcount={total === undefined ? -1 : total + 1}>
      <caption>{caption}</caption>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map(({ title, kind = '' }) => (
            <th key={title} scope="col" class={kind}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody class="spacer" aria-hidden="true" ref={top}>
        <Spacer height={above} columns={columns.length} />
      </tbody>
      <tbody>
        {items.map(({ index, key }) => (
          <tr
            key={key}
            aria-rowindex={index + 2}
            data-index={index}
            class={classOf?.(rows[index] as Row, index) ?? ''}
            ref={row => virtualizer.measureElement(row)}
          >
            {columns.map(({ title, kind = '', cell }) => (
              <td key={title} class={kind}>
                <span class="label" aria-hidden="true">
                  {title}{' '}
                </span>
                {cell(rows[index] as Row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      <tbody class="spacer" aria-hidden="true">
        <Spacer height={below} columns={columns.length} />
      </tbody>
    </table>
  )
}

/** As high as the rows that are not in the page. */
const Spacer = ({ height, columns }: { height: number; columns: number }) => (
  <tr style={{ '--height': `${Math.max(height, 0)}px` }}>
    <td colSpan={columns} />
  </tr>
)

type WindowOptions = PartialKeys<VirtualizerOptions<Window, HTMLTableRowElement>, never>

function useWindowVirtualizer(
  count: number,
  top: { readonly current: HTMLTableSectionElement | null },
  getItemKey: (at: number) => string,
): Virtualizer<Window, HTMLTableRowElement> {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0)
  const [scrollMargin, setScrollMargin] = useState(0)
  const options: WindowOptions = {
    count,
    getItemKey: at => (at < count ? getItemKey(at) : at),
    getScrollElement: () => window,
    estimateSize: () => estimatedHeight,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    overscan,
    scrollMargin,
    onChange: () => redraw(undefined),
  }
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLTableRowElement>(options))
  virtualizer.setOptions(options)
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer])
  useLayoutEffect(() => {
    virtualizer._willUpdate()
    const place = top.current?.getBoundingClientRect().top ?? 0
    setScrollMargin(Math.round(place + window.scrollY))
  })
  return virtualizer
}
