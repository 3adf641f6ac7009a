import { useState } from 'preact/hooks'
import type { Report } from '../api.ts'
import { messageOf } from './use-load.ts'

/** Something that a button does, and what came of it. */
export function useAction(act: () => Promise<Report>, onDone: () => void) {
  const [state, setState] = useState<{ isActing: boolean; lines?: readonly string[]; message?: string }>({
    isActing: false,
  })
  const start = async () => {
    setState({ isActing: true })
    try {
      const { lines } = await act()
      setState({ isActing: false, lines })
      onDone()
    } catch (error) {
      setState({ isActing: false, message: messageOf(error) })
    }
  }
  return { ...state, start: () => void start() }
}
