import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Page } from '../api.ts'
import { messageOf } from './use-load.ts'

export interface Pages<Row, Answer extends Page<Row>> {
  readonly rows: readonly Row[]
  /** The page that came last. */
  readonly last?: Answer | undefined
  readonly isLoading: boolean
  readonly message?: string | undefined
  /** Asks for the next page, unless it is being asked for, there is none, or the last question failed. */
  readonly more: () => void
  readonly retry: () => void
}

interface State<Row, Answer> {
  readonly key: string
  readonly rows: readonly Row[]
  readonly last?: Answer | undefined
  readonly isLoading: boolean
  readonly message?: string | undefined
}

const fresh = (key: string) => ({ key, rows: [], isLoading: true })

/** A list of any length, page by page as it is scrolled; another `key` begins another list. */
export function usePages<Row, Answer extends Page<Row>>(
  key: string,
  load: (cursor: string | undefined) => Promise<Answer>,
): Pages<Row, Answer> {
  const [state, setState] = useState<State<Row, Answer>>(() => fresh(key))
  const asking = useRef(load)
  asking.current = load
  const current = useRef(key)
  // A page is asked for once, however often the end comes near before the list is drawn anew.
  const asked = useRef<State<Row, Answer>>(undefined)
  const ask = useCallback(async (before: State<Row, Answer>) => {
    if (asked.current === before) return
    asked.current = before
    setState({ ...before, isLoading: true })
    const after = await stateAfter(before, asking.current)
    if (current.current === before.key) setState(after)
  }, [])
  useEffect(() => {
    current.current = key
    void ask(fresh(key))
  }, [key, ask])
  const shown: State<Row, Answer> = state.key === key ? state : fresh(key)
  const isWhole = shown.last !== undefined && shown.last.next === undefined
  const more = () => {
    if (!shown.isLoading && !isWhole && shown.message === undefined) void ask(shown)
  }
  return { ...shown, more, retry: () => void ask({ ...shown, message: undefined }) }
}

async function stateAfter<Row, Answer extends Page<Row>>(
  { key, rows, last }: State<Row, Answer>,
  load: (cursor: string | undefined) => Promise<Answer>,
): Promise<State<Row, Answer>> {
  try {
    const page = await load(last?.next)
    return { key, rows: [...rows, ...page.items], last: page, isLoading: false }
  } catch (error) {
    return { key, rows, last, isLoading: false, message: messageOf(error) }
  }
}
