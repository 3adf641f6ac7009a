import type { HostRecord, Outage, SyncRecord } from './records/syncs.ts'

/** A sync that failed since its registry did not answer as one that works. */
export interface RegistryFailure {
  /** It kept the line and sent nothing: one of these is enough. */
  readonly isStall: boolean
  /** What it did, after "since it": `sent nothing for 15 s`. */
  readonly message: string
}

/** Why nothing is sent now. */
export interface HostWait {
  readonly until: Date
  readonly message: string
}

const firstWhileMs = 60_000
const longestWhileMs = 30 * 60_000
/** Before that a repository that does not stall has the retries of its objects: they cost little. */
const failuresInARow = 3
/** While one process asks the host, no other does: until it must have stalled. */
const askMs = 20_000
/** So long its answer is not asked for again, however many repositories of it fail. */
const answerMs = 15_000
/** A day after it was written last a record says nothing any more. */
const rememberedSeconds = 86_400

/**
 * A repository after one more failure, of a task that began at `startedAt`. It is its own at first: many tenants share a
 * host, and what one path does, or does for one credential, is not the neighbours'. Undefined where it is not left alone.
 */
export function outageAfter(
  { outage, failureCount }: Pick<SyncRecord, 'outage' | 'failureCount'>,
  { isStall, message }: RegistryFailure,
  startedAt: Date,
  now: Date,
): Outage | undefined {
  // A hint and a full sync may be under way at once.
  if (outage && startedAt < outage.leftAt) return outage
  const isLeft = isStall || outage !== undefined || failureCount >= failuresInARow
  return isLeft ? { ...leftAlone(outage?.timesLeft ?? 0, now), message } : undefined
}

/** How long the repository waits; undefined where it need not. `repository` is `host/path`. */
export const waitOfRepository = (repository: string, outage: Outage | undefined, now: Date): HostWait | undefined =>
  outage && outage.until > now ? waitOf(repository, outage, outage.timesLeft) : undefined

type HostDraft = Omit<HostRecord, 'number'>

/**
 * True where a failure of a task that began at `startedAt` is a reason to ask the host itself, and no process just did.
 */
export const mayAskHost = (host: HostRecord | undefined, startedAt: Date, now: Date): boolean =>
  !(host?.leftAt && startedAt < host.leftAt) && !isToCome(host?.until, now) && !isToCome(host?.askedUntil, now)

/** One asks it, whom `askedBy` tells from all others: they go on as before, and wait where it is left alone. */
export const hostAsked = (name: string, host: HostRecord | undefined, askedBy: string, now: Date): HostDraft => {
  const askedUntil = new Date(now.getTime() + askMs)
  const until = host?.until && { until: askedUntil }
  return { ...(host ?? wellHost(name, now)), ...expiring(askedUntil), askedUntil, askedBy, ...until }
}

/** The host answers; what some repositories of it do does not count against it. */
export const hostAnswered = (name: string, now: Date): HostDraft => ({
  ...wellHost(name, now),
  askedUntil: new Date(now.getTime() + answerMs),
})

/** It failed itself, by what it did. */
export function hostFailed(asked: HostRecord, did: string, now: Date): HostDraft {
  const { number: _, askedUntil: _until, askedBy: _by, ...host } = asked
  const left = leftAlone(host.timesLeft, now)
  const failures = host.failures + 1
  return { ...host, ...left, ...expiring(left.until), failures, since: failures === 1 ? now : host.since, message: did }
}

/** How long all of the host waits; `ask` where the while is over, and undefined where nothing is known against it. */
export function waitOfHost(host: HostRecord | undefined, now: Date): HostWait | 'ask' | undefined {
  if (!host?.until) return undefined
  return host.until <= now ? 'ask' : waitOf(host.host, { until: host.until, message: host.message }, host.failures)
}

const wellHost = (host: string, now: Date): HostDraft => ({
  host,
  failures: 0,
  repositories: [],
  timesLeft: 0,
  since: now,
  message: '',
  ...expiring(now),
})

const expiring = (at: Date) => ({ expiresAtSeconds: Math.floor(at.getTime() / 1000) + rememberedSeconds })

const isToCome = (at: Date | undefined, now: Date): boolean => at !== undefined && at > now

function leftAlone(timesLeft: number, now: Date): Pick<Outage, 'timesLeft' | 'leftAt' | 'until'> {
  const whileMs = Math.min(longestWhileMs, firstWhileMs * 2 ** timesLeft)
  return { timesLeft: timesLeft + 1, leftAt: now, until: new Date(now.getTime() + whileMs) }
}

function waitOf(name: string, { until, message }: HostWait, times: number): HostWait {
  const running = times > 1 ? ` (${times} times running)` : ''
  return { until, message: `${name} is left alone until ${timeOf(until)}, since it ${message}${running}` }
}

const timeOf = (at: Date): string => `${at.toISOString().slice(11, 19)}Z`
