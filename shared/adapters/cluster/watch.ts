import type { Readable } from 'node:stream'
import * as z from 'zod'
import { findJson } from '../../domain/json.ts'
import { UnavailableError } from '../../errors.ts'
import type { CustomKind, ObjectChange, WatchOptions } from '../../ports/cluster.ts'
import type { ApiCall, Connection } from './connection.ts'
import { ApiAnswerError, errorOfAnswer, errorOfGarbage, type FailedCall } from './errors.ts'
import { linesOf } from './lines.ts'
import { parseObject } from './objects.ts'
import { collectionPath } from './paths.ts'
import { rightText } from './right-text.ts'

const wireEvent = z.object({ type: z.string(), object: z.unknown() })

const versioned = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) })

const failure = z.object({
  code: z.number().int(),
  details: z.object({ retryAfterSeconds: z.number().positive().optional().catch(undefined) }).nullish(),
})

const changeTypes: ReadonlyMap<string, ObjectChange['type']> = new Map([
  ['ADDED', 'present'],
  ['MODIFIED', 'present'],
  ['DELETED', 'gone'],
])

/**
 * Tells the changes of a kind as they come in, and holds none of them.
 *
 * @param graceMs how much longer than it was asked for a stream may last, which is then ended from here
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function watchObjects(
  kind: CustomKind,
  resourceVersion: string,
  options: WatchOptions,
  graceMs: number,
  connection: Connection,
): Promise<string | undefined> {
  const timeoutSeconds = Math.max(1, Math.ceil(options.seconds))
  const call = watchCall(kind, resourceVersion, timeoutSeconds)
  const body = await openWatch(call, options.signal, connection)
  if (body === 'aborted') return resourceVersion
  if (body === 'expired') return undefined
  const limit = setTimeout(() => body.destroy(), timeoutSeconds * 1000 + graceMs)
  options.onOpen?.()
  try {
    return await tellChanges(body, kind, resourceVersion, options, failedCall(call, connection))
  } finally {
    clearTimeout(limit)
    body.destroy()
  }
}

const watchCall = (kind: CustomKind, resourceVersion: string, timeoutSeconds: number): ApiCall => ({
  method: 'GET',
  path: collectionPath(kind),
  action: `watch ${kind} objects of all namespaces`,
  query: { watch: '1', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: String(timeoutSeconds) },
})

const failedCall = (call: ApiCall, { cluster }: Connection): FailedCall => ({
  cluster,
  action: call.action,
  right: rightText(call),
})

async function openWatch(
  call: ApiCall,
  signal: AbortSignal | undefined,
  connection: Connection,
): Promise<Readable | 'aborted' | 'expired'> {
  try {
    return signal?.aborted ? 'aborted' : await connection.open(call, signal)
  } catch (error) {
    if (signal?.aborted) return 'aborted'
    if (isExpired(error)) return 'expired'
    throw error
  }
}

const isExpired = (error: unknown): boolean =>
  error instanceof UnavailableError && error.cause instanceof ApiAnswerError && error.cause.status === 410

/** The version of what was told last; undefined where the stream says that the first one is unknown. */
async function tellChanges(
  body: Readable,
  kind: CustomKind,
  resourceVersion: string,
  { onChange, signal }: WatchOptions,
  call: FailedCall,
): Promise<string | undefined> {
  let version = resourceVersion
  for await (const line of linesOf(body, call)) {
    // What came in before the abort is in the buffers still.
    if (signal?.aborted) break
    const event = wireEvent.safeParse(findJson(line))
    if (!event.success) throw errorOfGarbage(call, 'watch events')
    const { type, object } = event.data
    if (type === 'ERROR') {
      const error = errorOfEvent(object, call)
      if (isExpired(error)) return undefined
      throw error
    }
    const change = findChange(type, kind, object, call.cluster)
    if (change) onChange(change)
    version = versioned.safeParse(object).data?.metadata.resourceVersion ?? version
  }
  return version
}

function errorOfEvent(status: unknown, call: FailedCall): Error {
  const parsed = failure.safeParse(status)
  if (!parsed.success) return errorOfGarbage(call, 'a Status in the ERROR event', parsed.error)
  const { code, details } = parsed.data
  const retryAfterSeconds = details?.retryAfterSeconds
  const retryAfterMs = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000
  return errorOfAnswer(call, new ApiAnswerError(code, status), retryAfterMs)
}

/** Undefined for a bookmark, and for an object that cannot be read: it costs no other its change. */
function findChange(type: string, kind: CustomKind, body: unknown, cluster: string): ObjectChange | undefined {
  const changeType = changeTypes.get(type)
  const object = changeType && parseObject(kind, body, cluster)
  return changeType && object && !(object instanceof Error) ? { type: changeType, object } : undefined
}
