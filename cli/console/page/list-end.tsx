import { Failure } from './failure.tsx'

interface ListEndProps {
  readonly of: string
  readonly count: number
  readonly isLoading: boolean
  readonly message?: string | undefined
  readonly retry: () => void
}

/** What stands below a list that is still being read, could not be read, or has nothing. */
export function ListEnd({ of, count, isLoading, message, retry }: ListEndProps) {
  if (message !== undefined) return <Failure message={message} retry={retry} />
  if (isLoading) return <p class="quiet">reading…</p>
  return count === 0 ? <p class="quiet">{of}</p> : null
}
