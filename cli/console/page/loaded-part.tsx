import type { ComponentChildren } from 'preact'
import { Failure } from './failure.tsx'
import type { Loaded } from './use-load.ts'

/** A part of a page that was asked for by itself, so that its failure costs nothing else. */
export function LoadedPart<T>({ part, children }: { part: Loaded<T>; children: (value: T) => ComponentChildren }) {
  if (part.message !== undefined) return <Failure message={part.message} retry={part.reload} />
  if (part.value === undefined) return <p class="quiet">reading…</p>
  return <>{children(part.value)}</>
}
