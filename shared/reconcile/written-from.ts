import { createHash } from 'node:crypto'
import type { CustomObject } from '../ports/cluster.ts'
import { manualSyncAnnotation } from './annotations.ts'

/** What the status of an object is made of, beside the records of its repository. */
export interface Ground {
  /** The code and the settings of the process that writes it. */
  readonly madeBy: string
  /** See `SeenObject`. */
  readonly key: string
  readonly isUsageKnown: boolean
}

type Status = CustomObject['status']

/**
 * A status names what it was written from, and what it says. So each process knows what another of this version wrote from
 * what it would write from itself, and reads nothing for it; what a person changed in it does not fit.
 */
export const withWrittenFrom = (status: Status, object: CustomObject, ground: Ground): Status => ({
  ...status,
  writtenFrom: writtenFromOf(status, object, ground),
})

/** The same without that name, which is no news by itself: where the cluster has an older definition of the kind it is left out. */
export function withoutWrittenFrom({ writtenFrom: _, ...status }: Status): Status {
  return status
}

/** True where the status of the object was written from this, and is as it was written. */
export const isWrittenFrom = (object: CustomObject, ground: Ground): boolean =>
  object.status.writtenFrom === writtenFromOf(withoutWrittenFrom(object.status), object, ground)

function writtenFromOf(status: Status, { metadata }: CustomObject, { madeBy, key, isUsageKnown }: Ground): string {
  // That one is taken away after it was told.
  const { [manualSyncAnnotation]: _, ...annotations } = metadata.annotations
  const text = JSON.stringify([madeBy, key, isUsageKnown, annotations, status], inOrder)
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

/** API servers answer the fields of an object in an order of their own. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
