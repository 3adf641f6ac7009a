import type { HostRecord } from './records/syncs.ts'

/** A sync that failed since its host did not answer as a registry that works. */
export interface HostFailure {
  readonly host: string
  /** `host/path`. */
  readonly repository: string
  /** The host kept the line and sent nothing: one of these is enough. */
  readonly isStall: boolean
  /** What the host did, after "since it": `sent nothing for 15 s`. */
  readonly message: string
}

/** Why nothing is sent to a host now. */
export interface HostWait {
  readonly until: Date
  readonly message: string
}

const firstWhileMs = 60_000
const longestWhileMs = 30 * 60_000
/** So many in a row, of more than one repository: the odd answers of one are not its host's. */
const failuresInARow = 3
/** While one asks whether the host is well again, the others wait as long. */
const probeMs = 60_000
/** A repository that failed asks no sooner than its neighbours: it may be the one that the host fails at. */
const behindNeighboursMs = 15_000

type Draft = Omit<HostRecord, 'number'>

/**
 * The host after one more failure, of a task that began at `startedAt`; undefined where that tells nothing new, since the
 * task began before the host was left alone.
 */
export function afterFailure(
  previous: HostRecord | undefined,
  { host, repository, isStall, message }: HostFailure,
  startedAt: Date,
  now: Date,
): Draft | undefined {
  if (previous?.leftAt && startedAt < previous.leftAt) return undefined
  const isFirst = previous === undefined || previous.failures === 0
  const failures = (previous?.failures ?? 0) + 1
  const before = isFirst ? [] : previous.repositories
  const repositories = [...new Set([repository, ...before])].slice(0, failuresInARow)
  const timesLeft = previous?.timesLeft ?? 0
  const draft = { host, failures, repositories, timesLeft, since: isFirst ? now : previous.since, message }
  const isLeft = isStall || timesLeft > 0 || (failures >= failuresInARow && repositories.length > 1)
  if (!isLeft) return draft
  const whileMs = Math.min(longestWhileMs, firstWhileMs * 2 ** timesLeft)
  return { ...draft, timesLeft: timesLeft + 1, leftAt: now, until: new Date(now.getTime() + whileMs) }
}

/** The host after a success; undefined where none of its failures is recorded. */
export const afterSuccess = (previous: HostRecord | undefined, now: Date): Draft | undefined =>
  previous === undefined || previous.failures === 0
    ? undefined
    : { host: previous.host, failures: 0, repositories: [], timesLeft: 0, since: now, message: '' }

/** How long a repository of the host waits; `probe` where it may ask first, and undefined where all may. */
export function waitOf(host: HostRecord | undefined, repository: string, now: Date): HostWait | 'probe' | undefined {
  if (!host?.until) return undefined
  const extraMs = host.repositories.includes(repository) ? behindNeighboursMs : 0
  const until = new Date(host.until.getTime() + extraMs)
  if (until <= now) return 'probe'
  const times = host.failures === 1 ? '' : ` (${host.failures} times running)`
  return { until, message: `${host.host} is left alone until ${timeOf(until)}, since it ${host.message}${times}` }
}

/** One asks: the others go on waiting. */
export const probed = (host: HostRecord, now: Date): Draft => ({ ...host, until: new Date(now.getTime() + probeMs) })

const timeOf = (at: Date): string => `${at.toISOString().slice(11, 19)}Z`
