import type { IncomingMessage } from 'node:http'
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

/** `unknown`: of a type to come, which may have changed anything. */
export type ItemChange = ObjectChange['type'] | 'unknown'

const changeTypes: ReadonlyMap<string, ItemChange> = new Map([
  ['ADDED', 'present'],
  ['MODIFIED', 'present'],
  ['DELETED', 'gone'],
])

/**
 * Tells the changes of a kind as they come in, and holds none of them.
 *
 * @param graceMs how much longer than it was asked for a stream may last, which is then ended from here
 */
export async function watchObjects(
  kind: CustomKind,
  resourceVersion: string,
  { onChange, ...options }: WatchOptions,
  graceMs: number,
  connection: Connection,
): Promise<string | undefined> {
  const collection = { path: collectionPath(kind), action: `watch ${kind} objects of all namespaces` }
  const tell: ItemWatch['onChange'] = (type, item) => {
    const object = parseObject(kind, item, connection.cluster)
    // One that cannot be read costs no other its change.
    if (!(object instanceof Error) && type !== 'unknown') onChange({ type, object })
  }
  const ended = await watchItems(collection, resourceVersion, { ...options, onChange: tell }, graceMs, connection)
  return ended?.version
}

/** As {@link WatchOptions}, of items as the server sent them. */
export interface ItemWatch extends Omit<WatchOptions, 'onChange'> {
  readonly onChange: (type: ItemChange, item: unknown) => void
}

export interface WatchEnd {
  /** To go on from. */
  readonly version: string
  /** False where the stream was cut before its end: what the server had to tell may be missing. */
  readonly isWhole: boolean
}

/**
 * Watches any collection; undefined where the server does not know the version any more.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function watchItems(
  collection: WatchedCollection,
  resourceVersion: string,
  options: ItemWatch,
  graceMs: number,
  connection: Connection,
): Promise<WatchEnd | undefined> {
  const timeoutSeconds = Math.max(1, Math.ceil(options.seconds))
  const call = watchCall(collection, resourceVersion, timeoutSeconds)
  const body = await openWatch(call, options.signal, connection)
  if (body === 'aborted') return { version: resourceVersion, isWhole: false }
  if (body === 'expired') return undefined
  const limit = setTimeout(() => body.destroy(), timeoutSeconds * 1000 + graceMs)
  options.onOpen?.()
  try {
    let isHalf = false
    const noteHalf = () => {
      isHalf = true
    }
    const lines = linesOf(body, failedCall(call, connection), noteHalf)
    const version = await tellChanges(lines, resourceVersion, options, failedCall(call, connection))
    return version === undefined ? undefined : { version, isWhole: body.complete && !isHalf && hasEnd(body) }
  } finally {
    clearTimeout(limit)
    body.destroy()
  }
}

/** Of a body that ends with its connection, as of HTTP/1.0, nobody can tell whether it was cut. */
const hasEnd = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

type WatchedCollection = Pick<ApiCall, 'path' | 'action' | 'grant' | 'query'>

const watchCall = (collection: WatchedCollection, resourceVersion: string, timeoutSeconds: number): ApiCall => ({
  ...collection,
  method: 'GET',
  query: {
    ...collection.query,
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: String(timeoutSeconds),
  },
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
): Promise<IncomingMessage | 'aborted' | 'expired'> {
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
  lines: AsyncIterable<string>,
  resourceVersion: string,
  { onChange, signal }: ItemWatch,
  call: FailedCall,
): Promise<string | undefined> {
  let version = resourceVersion
  for await (const line of lines) {
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
    if (type !== 'BOOKMARK') onChange(changeTypes.get(type) ?? 'unknown', object)
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
