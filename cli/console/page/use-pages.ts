import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { messageOf } from './use-load.ts'

export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Where the next page begins; absent on the last one. */
  readonly next?: string | undefined
}

export interface Pages<Row> {
  readonly rows: readonly Row[]
  readonly isLoading: boolean
  readonly isWhole: boolean
  readonly message?: string
  /** Asks for the next page, unless it is being asked for, there is none, or the last question failed. */
  readonly more: () => void
  readonly retry: () => void
}

interface State<Row> {
  readonly key: string
  readonly rows: readonly Row[]
  readonly next?: string | undefined
  readonly isLoading: boolean
  readonly isWhole: boolean
  readonly message?: string
}

const fresh = <Row>(key: string): State<Row> => ({ key, rows: [], isLoading: true, isWhole: false })

/** A list of any length, page by page as it is scrolled; another `key` begins another list. */
export function usePages<Row>(key: string, load: (cursor: string | undefined) => Promise<Page<Row>>): Pages<Row> {
  const [state, setState] = useState<State<Row>>(() => fresh(key))
  const asking = useRef(load)
  asking.current = load
  const current = useRef(key)
  // A page is asked for once, however often the end comes near before the list is drawn anew.
  const asked = useRef<State<Row>>(undefined)
  const ask = useCallback(async (before: State<Row>) => {
    if (asked.current === before) return
    asked.current = before
    setState({ ...before, isLoading: true })
    const after = await answerOf(before, asking.current)
    if (current.current === before.key) setState(after)
  }, [])
  useEffect(() => {
    current.current = key
    void ask(fresh(key))
  }, [key, ask])
  const shown = state.key === key ? state : fresh<Row>(key)
  const more = () => {
    if (!shown.isLoading && !shown.isWhole && shown.message === undefined) void ask(shown)
  }
  const retry = () => void ask({ ...shown, isLoading: true })
  return { ...shown, more, retry }
}

async function answerOf<Row>(
  { key, rows, next }: State<Row>,
  load: (cursor: string | undefined) => Promise<Page<Row>>,
): Promise<State<Row>> {
  try {
    const page = await load(next)
    const isWhole = page.next === undefined
    return { key, rows: [...rows, ...page.rows], next: page.next, isLoading: false, isWhole }
  } catch (error) {
    return { key, rows, next, isLoading: false, isWhole: false, message: messageOf(error) }
  }
}
