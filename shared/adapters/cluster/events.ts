import { createHash } from 'node:crypto'
import * as z from 'zod'
import { secondsOf } from '../../domain/instant.ts'
import { ConflictError } from '../../errors.ts'
import type { CustomObject, ObjectEvent } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { errorOfGarbage, isObjectMissing } from './errors.ts'
import { findBody, titleOf } from './objects.ts'
import { apiVersion, corePath } from './paths.ts'

const messageLimitBytes = 1024
const attempts = 3

const recorded = z.object({ metadata: z.object({ resourceVersion: z.string() }), count: z.number().default(1) })

/**
 * Records an Event on the object. An equal event of the same hour gets its count raised instead; a count that loses
 * three races is dropped, since the event itself stands.
 */
export async function recordEvent(
  object: CustomObject,
  event: ObjectEvent,
  now: Date,
  connection: Connection,
): Promise<void> {
  const manifest = eventManifest(object, event, now)
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (await createEvent(object, manifest, connection)) return
    if (await countEvent(object, manifest, now, connection)) return
  }
}

type EventManifest = ReturnType<typeof eventManifest>

/** The core/v1 Event for an object; its name is the same for equal events within the UTC hour of `now`. */
export function eventManifest(object: CustomObject, event: ObjectEvent, now: Date) {
  const { name, namespace, uid, resourceVersion } = object.metadata
  const message = shownMessage(event.message)
  const at = secondsOf(now)
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(object, { ...event, message }, at), namespace },
    involvedObject: { apiVersion, kind: object.kind, name, namespace, uid, resourceVersion },
    type: event.type,
    reason: event.reason,
    message,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'shelflife' },
    reportingComponent: 'shelflife',
    reportingInstance: 'shelflife',
  }
}

function eventName(object: CustomObject, event: ObjectEvent, at: string): string {
  const hour = at.slice(0, 13)
  const identity = JSON.stringify([object.metadata.uid, event.type, event.reason, event.message, hour])
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16)
  return `${object.metadata.name.slice(0, 200).replace(/[^a-z0-9]+$/, '')}.${hash}`
}

// The server keeps whole seconds.

// Control characters would let a registry's answer forge lines in a terminal.
function shownMessage(message: string): string {
  const oneLine = message.replace(/\p{Cc}+/gu, ' ').trim()
  const bytes = Buffer.from(oneLine, 'utf8')
  if (bytes.length <= messageLimitBytes) return oneLine
  const cut = bytes.subarray(0, messageLimitBytes - 3).toString('utf8')
  return `${cut.replace(/\uFFFD+$/, '')}…`
}

async function createEvent(object: CustomObject, manifest: EventManifest, connection: Connection): Promise<boolean> {
  return hasWon(() =>
    connection.call({
      method: 'POST',
      path: corePath(object.metadata.namespace, 'events'),
      action: `record an Event on ${titleOf(object)}`,
      query: { fieldManager: connection.fieldManager },
      body: manifest,
    }),
  )
}

async function countEvent(
  object: CustomObject,
  manifest: EventManifest,
  now: Date,
  connection: Connection,
): Promise<boolean> {
  const path = corePath(object.metadata.namespace, 'events', manifest.metadata.name)
  const action = `count an Event on ${titleOf(object)}`
  const body = await findBody(path, action, connection)
  if (body === undefined) return false
  const parsed = recorded.safeParse(body)
  if (!parsed.success) throw errorOfGarbage({ cluster: connection.cluster, action }, 'an Event', parsed.error)
  const { metadata, count } = parsed.data
  const patch = { metadata, count: count + 1, lastTimestamp: secondsOf(now) }
  const query = { fieldManager: connection.fieldManager }
  const contentType = 'application/merge-patch+json'
  return hasWon(() => connection.call({ method: 'PATCH', path, action, query, contentType, body: patch }))
}

// Lost to another writer, or to the server dropping the expired Event in between.
async function hasWon(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (error instanceof ConflictError || isObjectMissing(error)) return false
    throw error
  }
}
