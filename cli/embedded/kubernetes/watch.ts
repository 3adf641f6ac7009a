import type { JsonObject, KubernetesObject } from './kubernetes-object.ts'
import type { ObjectChange, ObjectStore } from './object-store.ts'
import { apiVersionOf, type ResourceType } from './resource-type.ts'
import { type ObjectMatcher, selectorsOf } from './selectors.ts'
import { badRequest, expired, StatusError } from './status-error.ts'
import { kubectlTableOf, type TableOptions } from './table.ts'

// As the watch cache of the real server: about once a minute, and once right before the end. So a watch of two seconds or
// less has none.
const bookmarkIntervalMs = 60_000
const lastBookmarkBeforeEndMs = 2_000
const defaultTimeoutSeconds = 1800
/** What a timer can hold. */
const longestTimeoutMs = 2 ** 31 - 1

interface WatchQuery {
  resourceVersion: number
  timeoutMs: number
  withBookmarks: boolean
  /** The watch starts with the present objects and says by a bookmark when they have all been sent. */
  sendsInitialEvents: boolean
}

/** Streams the changes of a kind, one JSON object per line, until the timeout or until the client goes. */
export function answerWatch(
  store: ObjectStore,
  type: ResourceType,
  namespace: string | undefined,
  query: URLSearchParams,
  table: TableOptions | undefined,
): ReadableStream<Uint8Array> {
  const watch = parseWatch(query)
  const matches = withNamespace(namespace, selectorsOf(type, query))
  let stop = () => {}
  return new ReadableStream<Uint8Array>({
    start: controller => {
      const encoder = new TextEncoder()
      const send = (event: JsonObject) => controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`))
      const events = eventWriter(type, table, send)
      const sentVersion = sendBacklog(store, type, watch, matches, events)
      if (sentVersion === undefined) controller.close()
      else stop = follow(store, type, sentVersion, watch, matches, events, () => controller.close())
    },
    cancel: () => stop(),
  })
}

interface EventWriter {
  change(type: string, object: KubernetesObject): void
  bookmark(resourceVersion: number, annotations?: Record<string, string>): void
  error(error: StatusError): void
}

function eventWriter(
  type: ResourceType,
  table: TableOptions | undefined,
  send: (event: JsonObject) => void,
): EventWriter {
  let isFirst = true
  const shown = (object: KubernetesObject): JsonObject => {
    if (!table) return object
    const metadata = { resourceVersion: object.metadata.resourceVersion }
    const rows = kubectlTableOf(type, [object], metadata, { ...table, withColumns: isFirst })
    isFirst = false
    return rows
  }
  return {
    change: (event, object) => send({ type: event, object: shown(object) }),
    bookmark: (resourceVersion, annotations) => {
      const metadata = {
        resourceVersion: String(resourceVersion),
        ...(annotations && { annotations }),
      }
      const object = { kind: type.kind, apiVersion: apiVersionOf(type), metadata }
      // A table's bookmark still is a table, with the object in a row without cells.
      const row = {
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { resourceVersion: String(resourceVersion) },
        columnDefinitions: null,
        rows: [{ cells: [], object }],
      }
      send({ type: 'BOOKMARK', object: table ? row : object })
    },
    error: error => send({ type: 'ERROR', object: error.toJSON() }),
  }
}

/** Sends what happened before now. The version up to which all is sent; undefined where the stream ends with an error. */
function sendBacklog(
  store: ObjectStore,
  type: ResourceType,
  watch: WatchQuery,
  matches: ObjectMatcher,
  events: EventWriter,
): number | undefined {
  if (watch.resourceVersion === 0 || watch.sendsInitialEvents) {
    for (const object of store.list(type).filter(matches)) events.change('ADDED', object)
    if (watch.sendsInitialEvents && watch.withBookmarks)
      events.bookmark(store.resourceVersion, { 'k8s.io/initial-events-end': 'true' })
    return Math.max(watch.resourceVersion, store.resourceVersion)
  }
  if (watch.resourceVersion < store.oldestVersion) {
    events.error(expired(`too old resource version: ${watch.resourceVersion} (${store.oldestVersion})`))
    return undefined
  }
  const changes = store.changesSince(type, watch.resourceVersion)
  for (const change of changes) sendChange(change, matches, events)
  return changes.at(-1)?.resourceVersion ?? watch.resourceVersion
}

/** Sends what is newer than what was sent; where the client's version is still to come, nothing until it is reached. */
function follow(
  store: ObjectStore,
  type: ResourceType,
  sentVersion: number,
  watch: WatchQuery,
  matches: ObjectMatcher,
  events: EventWriter,
  close: () => void,
): () => void {
  const unsubscribe = store.subscribe(change => {
    if (change.type === type && change.resourceVersion > sentVersion) sendChange(change, matches, events)
  })
  const bookmark = () => {
    if (watch.withBookmarks && store.resourceVersion > sentVersion) events.bookmark(store.resourceVersion)
  }
  const lastInMs = watch.timeoutMs - lastBookmarkBeforeEndMs
  const bookmarks = setInterval(bookmark, bookmarkIntervalMs)
  const lastBookmark = lastInMs > 0 ? setTimeout(bookmark, lastInMs) : undefined
  const stop = () => {
    unsubscribe()
    clearInterval(bookmarks)
    clearTimeout(lastBookmark)
    clearTimeout(timeout)
  }
  const timeout = setTimeout(() => {
    stop()
    close()
  }, watch.timeoutMs)
  // An open watch must not keep the process alive that serves it.
  for (const timer of [bookmarks, lastBookmark, timeout]) timer?.unref()
  return stop
}

/** An object that starts or stops to match the selectors is added or deleted for this watch. */
function sendChange(change: ObjectChange, matches: ObjectMatcher, events: EventWriter): void {
  const was = change.previous !== undefined && matches(change.previous)
  const is = !change.isDeleted && matches(change.object)
  if (was && !is) {
    const { resourceVersion } = change.object.metadata
    const last = change.previous ?? change.object
    events.change('DELETED', { ...last, metadata: { ...last.metadata, resourceVersion } })
  } else if (is) {
    events.change(was ? 'MODIFIED' : 'ADDED', change.object)
  }
}

function withNamespace(namespace: string | undefined, matches: ObjectMatcher): ObjectMatcher {
  return object => (namespace === undefined || object.metadata.namespace === namespace) && matches(object)
}

function parseWatch(query: URLSearchParams): WatchQuery {
  const version = query.get('resourceVersion') ?? ''
  if (!/^\d*$/.test(version)) {
    const why = `resourceVersion: Invalid value: "${version}": strconv.ParseUint: parsing "${version}": invalid syntax`
    throw new StatusError(500, undefined, why)
  }
  return {
    resourceVersion: Number(version),
    timeoutMs: parseTimeout(query),
    withBookmarks: isSet(query, 'allowWatchBookmarks'),
    sendsInitialEvents: isSet(query, 'sendInitialEvents'),
  }
}

/** None and 0 are the default; what is negative is over at once. */
function parseTimeout(query: URLSearchParams): number {
  const text = query.get('timeoutSeconds') ?? '0'
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  const seconds = Number(text) || defaultTimeoutSeconds
  return Math.min(Math.max(seconds, 0) * 1000, longestTimeoutMs)
}

/** A flag of a query as the real server reads it: any text but `0` and `false` sets it, none at all too. */
export function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}
