import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

/** What a page asked the server for. A value that is being asked for anew is shown until the new one is there. */
export interface Loaded<T> {
  readonly value?: T
  readonly message?: string
  readonly isLoading: boolean
  readonly reload: () => void
}

/** Asks once for each `key`, and again on {@link Loaded.reload}; an answer that comes after a newer question is dropped. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; message?: string; isLoading: boolean }>({
    key,
    isLoading: true,
  })
  const [turn, setTurn] = useState(0)
  const asking = useRef(load)
  asking.current = load
  // Each turn asks anew.
  useEffect(() => {
    let isCurrent = true
    setState(before => (before.key === key ? { ...before, isLoading: true } : { key, isLoading: true }))
    asking.current().then(
      value => isCurrent && setState({ key, value, isLoading: false }),
      error => isCurrent && setState({ key, message: messageOf(error), isLoading: false }),
    )
    return () => {
      isCurrent = false
    }
  }, [key, turn])
  const reload = useCallback(() => setTurn(before => before + 1), [])
  // Between a new key and its effect the old value would be shown under the new name.
  const { key: _, ...shown } = state.key === key ? state : { key, isLoading: true }
  return { ...shown, reload }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
