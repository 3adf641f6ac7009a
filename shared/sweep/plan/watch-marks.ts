import { hourMs } from '../../domain/duration.ts'
import type { PolicyRecord } from '../../domain/records/policies.ts'
import type { Draft, Store } from '../../ports/store.ts'
import type { MarkPlan } from './plan-marks.ts'

/** Marks that wait are looked at again so often: what clusters say of them, and their repositories where nothing waits. */
export const watchMs = 5 * 60_000
/** An execution that has not reported by then is asked for again; the queue knows whether it still runs. */
const executionPatienceMs = 10 * 60_000

/** So long marks wait until their repositories are read again, which is most of what a look costs. */
export const wholeWatchMs = (gracePeriodMs: number): number => Math.min(Math.max(gracePeriodMs / 2, watchMs), hourMs)

/** What a look found, as far as it decides when the next is due. */
export interface Watched {
  readonly plan: Pick<MarkPlan, 'standing' | 'matured' | 'nextAt'>
  /** How many marks another write came before. */
  readonly raced: number
  readonly gracePeriodMs: number
  /** See `basisOf`. */
  readonly basis: string
  readonly isStopped: boolean
  readonly now: Date
}

type Waking = Pick<PolicyRecord, 'wakeAt' | 'watch'>

/**
 * When marks are looked at next: every five minutes at what clusters say of them, and at their repositories after half of the
 * grace, an hour at most. An inventory lifts the mark of what came into use by itself, and has the policy looked at at
 * once; before a delete everything is looked at again.
 */
export function nextLook({ plan, raced, gracePeriodMs, basis, isStopped, now }: Watched): Waking {
  if (raced > 0 || plan.standing === 0) return { wakeAt: now }
  if (plan.matured.length > 0 && !isStopped) return { wakeAt: earlier(plan.nextAt, after(now, executionPatienceMs)) }
  if (plan.nextAt === undefined) return { wakeAt: after(now, watchMs) }
  return lightLook(now, earlier(plan.nextAt, after(now, wholeWatchMs(gracePeriodMs))), basis)
}

function lightLook(now: Date, wholeAt: Date, basis: string): Waking {
  const lightAt = after(now, watchMs)
  return lightAt < wholeAt ? { wakeAt: lightAt, watch: { lightAt, wholeAt, basis } } : { wakeAt: wholeAt }
}

const after = (from: Date, ms: number): Date => new Date(from.getTime() + ms)
const earlier = (one: Date | undefined, other: Date): Date => (one && one < other ? one : other)

/**
 * True where a look at what clusters say is due and they say what they said: the next look is then noted. Whoever woke the
 * policy at another time wants its repositories looked at.
 */
export async function hasLookedInVain(
  basis: string,
  { start, found, now }: { start: Draft<PolicyRecord>; found: PolicyRecord | undefined; now: Date },
  store: Store,
): Promise<boolean> {
  const { wakeAt, watch, ...rest } = start
  if (watch === undefined || wakeAt?.getTime() !== watch.lightAt.getTime()) return false
  if (watch.basis !== basis || wakeAt > now || watch.wholeAt <= now) return false
  await store.savePolicy({ ...rest, ...lightLook(now, watch.wholeAt, basis) }, found)
  return true
}
