import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { hashNumber } from '../domain/hash-number.ts'
import type { CustomObject } from '../ports/cluster.ts'
import { isWrittenFrom } from './written-from.ts'

/** What a process takes for told, beside what it told itself. */
export interface Trust {
  /** The code and the settings of this process; absent: what others wrote is looked at. */
  readonly madeBy?: string | undefined
  /** Another process looks at each repository once an hour, and this one at what it has not seen only where it has to. */
  readonly isFollowing?: boolean | undefined
  /**
   * Since when this process looks at each repository in its turn, as another did before: what that one told needs no look
   * at once; absent: there is no other.
   */
  readonly leadsSince?: Date | undefined
}

/** What is worked out of an object and its surroundings. */
export interface Facts {
  /** Its repository; an object that leads nowhere is looked at by itself. */
  readonly name: string
  readonly id: string | undefined
  /** As the object spells it. */
  readonly path: string
  readonly key: string
  /** Milliseconds since 1970 from which on there is something to do: 0 for what its status does not tell yet. */
  readonly opensAtMs: number
}

/** One object. Its text is kept packed, since a process may hold hundreds of thousands. */
export interface Kept {
  readonly packed: Uint8Array
  readonly version: string
  /** Undefined until it is worked out; null for an object that cannot be read. */
  facts: Facts | null | undefined
  /** As of what its status says all there is to say. */
  told: { readonly version: string; readonly key: string; readonly isUsageKnown: boolean } | undefined
  /** It could not be told of something: whatever its status says, it is looked at again. */
  isOwed?: true
  /** The version that our own last write made. */
  ownVersion: string | undefined
  /** Its next sync, in milliseconds since 1970, where that is later than its status says. */
  nextMs?: number
  /** The minute in which it was looked at last, since 1970. */
  lookedAt: number
}

/** Every repository is looked at once in so many minutes, so that an event that was lost costs no more. */
const sliceMinutes = 60

export const minuteOf = (now: Date): number => Math.floor(now.getTime() / 60_000)

function isNews(kept: Kept, facts: Facts, isUsageKnown: boolean, trust: Trust): boolean {
  const { told, version, ownVersion } = kept
  const { key } = facts
  const isSame = told?.key === key && told.isUsageKnown === isUsageKnown
  if (isSame && (version === told.version || version === ownVersion)) return false
  if (!isWrittenByOther(kept, { key, isUsageKnown }, trust)) return true
  kept.told = { version, key, isUsageKnown }
  return false
}

/** Another process wrote its status, from all that this one would write it from. */
function isWrittenByOther(
  { packed, told, isOwed }: Kept,
  ground: { readonly key: string; readonly isUsageKnown: boolean },
  { madeBy, isFollowing = false, leadsSince }: Trust,
): boolean {
  const hasOthers = isFollowing || leadsSince !== undefined
  if (madeBy === undefined || isOwed || (told === undefined && !hasOthers)) return false
  return isWrittenFrom(unpack(packed), { ...ground, madeBy })
}

/** Why a run looks at a repository, the strongest first. */
const reasons = ['news', 'turn', 'due'] as const
export type Reason = (typeof reasons)[number]

export const stronger = (one: Reason, other: Reason = one): Reason =>
  reasons.indexOf(one) < reasons.indexOf(other) ? one : other

export function reasonFor(
  kept: Kept,
  facts: Facts,
  isUsageKnown: boolean,
  trust: Trust,
  now: Date,
): Reason | undefined {
  if (facts.opensAtMs === 0 || isNews(kept, facts, isUsageKnown, trust)) return 'news'
  if (!trust.isFollowing && isInTurn(kept, facts, trust.leadsSince, now)) return 'turn'
  return Math.max(facts.opensAtMs, kept.nextMs ?? 0) <= now.getTime() ? 'due' : undefined
}

/** The minute of the hour that is the repository's came since it was looked at, and while this process leads. */
function isInTurn({ lookedAt }: Kept, { id = '' }: Facts, leadsSince: Date | undefined, now: Date): boolean {
  const minute = minuteOf(now)
  const sinceTurn = (minute - (hashNumber(id) % sliceMinutes)) % sliceMinutes
  const turn = minute - sinceTurn
  return lookedAt < turn && (leadsSince === undefined || minuteOf(leadsSince) <= turn)
}

export function tell(kept: Kept, told: Kept['told']): void {
  kept.told = told
  delete kept.isOwed
}

export function owe(kept: Kept): void {
  kept.told = undefined
  kept.isOwed = true
}

export const pack = (object: CustomObject): Uint8Array => deflateRawSync(JSON.stringify(object), { level: 1 })

export const unpack = (packed: Uint8Array): CustomObject =>
  JSON.parse(inflateRawSync(packed).toString('utf8')) as CustomObject
