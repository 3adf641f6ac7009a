import * as z from 'zod'
import { type PullEvent, pullOf } from '../../domain/metrics/pull-event.ts'
import type { PullEvents } from '../../ports/cluster-meter.ts'
import type { Connection } from './connection.ts'
import { type List, tellItems } from './lists.ts'
import { watchItems } from './watch.ts'

const wireEvent = z.object({
  metadata: z.object({ uid: z.string().min(1).max(64), resourceVersion: z.string().nullish() }),
  involvedObject: z.object({ namespace: z.string().min(1).max(63) }),
  reason: z.string(),
  message: z.string(),
  count: z.int().nullish(),
  series: z.object({ count: z.int() }).nullish(),
  source: z.object({ host: z.string().nullish() }).nullish(),
  reportingInstance: z.string().nullish(),
})

/** What is said most of Pods beside pulls. A field selector has no "or": what is not wanted is named, and the rest read. */
const otherReasons = [
  ...['Scheduled', 'FailedScheduling', 'Pulling', 'Created', 'Started', 'Killing', 'Unhealthy', 'Preempted'],
  ...['FailedMount', 'FailedAttachVolume', 'SuccessfulAttachVolume', 'FailedCreatePodSandBox', 'Evicted'],
]

const nodeName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

const pullEvents: Omit<List<unknown>, 'read'> = {
  path: '/api/v1/events',
  action: 'list events of pulls',
  what: 'an Event',
  query: {
    fieldSelector: ['involvedObject.kind=Pod', ...otherReasons.map(reason => `reason!=${reason}`)].join(','),
  },
}

/** A kubelet counts to this in no year, and the sum of all that a cluster holds of Events stays a whole number. */
const mostTimes = 1_000_000

/** So long a watch goes on telling what changed before it was opened. */
const watchSeconds = 1

/**
 * What kubelets tell of pulls: all, or what changed since a version. One that the server does not know any more, which is
 * so within minutes, has all listed.
 */
export async function readPullEvents(
  from: string | undefined,
  graceMs: number,
  connection: Connection,
): Promise<PullEvents> {
  return (
    (from === undefined ? undefined : await watchPulls(from, graceMs, connection)) ??
    (await listPulls(from, connection))
  )
}

async function listPulls(from: string | undefined, connection: Connection): Promise<PullEvents> {
  const read: VersionedEvent[] = []
  const version = await tellItems(
    { ...pullEvents, read: item => item },
    item => void read.push(...pullEventOf(item)),
    connection,
  )
  // A cluster that was restored from a backup counts its versions again from there: all may be new.
  const isKnown = from !== undefined && isAtMost(from, version)
  const events = read.map(({ event, at }) => ({ ...event, ...(isKnown && isAtMost(at, from) && { isOld: true }) }))
  return { events, isAll: true, version }
}

/**
 * Whether a version is another or earlier; false for what is no number.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
const isAtMost = (version = '', other = ''): boolean =>
  [version, other].every(one => /^\d{1,30}$/.test(one)) && BigInt(version) <= BigInt(other)

async function watchPulls(from: string, graceMs: number, connection: Connection): Promise<PullEvents | undefined> {
  const events: PullEvent[] = []
  const onChange = (type: string, item: unknown) => {
    if (type !== 'gone') events.push(...pullEventOf(item).map(({ event }) => event))
  }
  const watch = { seconds: watchSeconds, onChange }
  const ended = await watchItems({ ...pullEvents, action: 'watch events of pulls' }, from, watch, graceMs, connection)
  return ended && { events, isAll: false, version: ended.version }
}

interface VersionedEvent {
  readonly event: PullEvent
  /** The version of the cluster at which it changed last. */
  readonly at: string | undefined
}

/** None for an Event of something else, and for one that cannot be read. */
function pullEventOf(item: unknown): VersionedEvent[] {
  const parsed = wireEvent.safeParse(item)
  if (!parsed.success) return []
  const { metadata, involvedObject, reason, message, count, series, source, reportingInstance } = parsed.data
  const pull = pullOf(reason, message)
  if (!pull) return []
  // Whoever may write Events may write anything there.
  const node = [source?.host, reportingInstance].find(name => name && nodeName.test(name)) ?? 'unknown'
  const { namespace } = involvedObject
  const times = Math.min(mostTimes, Math.max(1, count ?? 0, series?.count ?? 0))
  const event = { ...pull, uid: metadata.uid, count: times, namespace, node }
  return [{ event, at: metadata.resourceVersion ?? undefined }]
}
