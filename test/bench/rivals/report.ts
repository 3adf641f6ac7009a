import type { CountedRequest } from './counting-proxy.ts'
import type { Judgement } from './judge.ts'
import type { Rival, RivalRun } from './run-rival.ts'
import { type ProcessorTime, type ShelflifeRun, scheduleMs } from './run-shelflife.ts'

/** A contestant, the requests it sent, and what became of its registry. */
export interface Contest<T> {
  readonly run: T
  readonly requests: readonly CountedRequest[]
  readonly judgement: Judgement
}

export function rivalLines(rival: Rival, { run, requests, judgement }: Contest<RivalRun>): string[] {
  const { seconds, memoryMib, remark } = run
  return [
    `${rival}: ${seconds.toFixed(1)} s, ${sizeOf(requests)}, ${memoryText(memoryMib)}${remark && `; ${remark}`}`,
    ...detailsOf(requests),
    ...judgementLines(judgement),
  ]
}

export function shelflifeLines({ run, requests, judgement }: Contest<ShelflifeRun>, tagCount: number): string[] {
  const { sync, sweep, deletions } = phasesOf(run, requests)
  const { appliedAtMs, syncedAtMs, policyAtMs, doneAtMs } = run
  const [firstDeletion, lastDeletion] = edgesOf(deletions)
  const asked = edgesOf(sync)
  const sinceApplied = (atMs: number) => secondsText(atMs - appliedAtMs)
  const sincePolicy = (atMs: number) => secondsText(atMs - policyAtMs)
  return [
    `shelflife sync: ${sinceApplied(syncedAtMs)} until Success, requests from ${sinceApplied(asked[0])} to ${sinceApplied(asked[1])}; ${sizeOf(sync)}, ${(sync.length / tagCount).toFixed(2)} a tag; ${memoryText(run.syncMemoryMib)}; ${processorText(run.syncProcessor)}`,
    ...detailsOf(sync),
    `shelflife sweep: ${sincePolicy(lastDeletion)} from the policy to the last delete, of that at most ${secondsText(waitedMsOf(run))} of waiting for grace and schedule; ${sizeOf(sweep)}, ${(sweep.length / judgement.deleted).toFixed(2)} for each of ${judgement.deleted} manifests deleted; ${memoryText(run.sweepMemoryMib)}; ${processorText(run.sweepProcessor)}`,
    `  after the policy: marked ${sincePolicy(run.markedAtMs)}, asked to delete ${sincePolicy(run.askedAtMs)}, first delete ${sincePolicy(firstDeletion)}, last ${sincePolicy(lastDeletion)}, told ${sincePolicy(doneAtMs)}`,
    ...detailsOf(sweep),
    ...judgementLines(judgement),
    `  ${run.message}`,
  ]
}

/** Of one run, which says nothing of another machine. `regbots`: one before and one after, since others may use it too. */
export function ratioLine(
  shelflife: Contest<ShelflifeRun>,
  regbots: readonly [Contest<RivalRun>, Contest<RivalRun>],
): string {
  const { run, requests } = shelflife
  const { sync, sweep, deletions } = phasesOf(run, requests)
  const ms = run.syncedAtMs - run.appliedAtMs + edgesOf(deletions)[1] - run.policyAtMs
  const times = (ours: number, theirs: number) => (ours / theirs).toFixed(1)
  const [regbot, again] = regbots
  const regbotMs = 500 * (regbot.run.seconds + again.run.seconds)
  const memoryMib = Math.max(run.syncMemoryMib, run.sweepMemoryMib)
  return `shelflife (sync and sweep) / regbot: ${times(ms, regbotMs)} times the seconds (${times(ms - waitedMsOf(run), regbotMs)} without waiting), ${times(sync.length + sweep.length, regbot.requests.length)} times the requests, ${times(memoryMib, regbot.run.memoryMib)} times the memory`
}

function phasesOf({ syncedAtMs, policyAtMs }: ShelflifeRun, requests: readonly CountedRequest[]) {
  const sync = requests.filter(({ startedAtMs }) => startedAtMs < syncedAtMs)
  const sweep = requests.filter(({ startedAtMs }) => startedAtMs >= policyAtMs)
  return { sync, sweep, deletions: sweep.filter(({ kind }) => kind.startsWith('DELETE')) }
}

/** The grace is over when all is marked as a rule, and the planner's own work is in it too. */
const waitedMsOf = ({ markedAtMs, askedAtMs }: ShelflifeRun): number => Math.min(askedAtMs - markedAtMs, scheduleMs)

/** When the first began and the last was answered; not a number where there is none. */
function edgesOf(requests: readonly CountedRequest[]): readonly [number, number] {
  if (requests.length === 0) return [Number.NaN, Number.NaN]
  const starts = requests.map(({ startedAtMs }) => startedAtMs)
  const ends = requests.map(({ endedAtMs }) => endedAtMs)
  return [Math.min(...starts), Math.max(...ends)]
}

const secondsText = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const processorText = ({ own, registry }: ProcessorTime): string =>
  `${own.toFixed(1)} s of processor, the registry ${registry.toFixed(1)} s`
const memoryText = (mib: number): string => `peak of ${Math.round(mib)} MiB`

function sizeOf(requests: readonly CountedRequest[]): string {
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0)
  return `${requests.length} requests (${(bytes / 1e6).toFixed(2)} MB)`
}

/** How many of each kind, the commonest first, and how long one took as a rule. */
function detailsOf(requests: readonly CountedRequest[]): string[] {
  const kinds = Array.from(Map.groupBy(requests, ({ kind }) => kind))
  const told = kinds.toSorted(([, one], [, other]) => other.length - one.length)
  return [`  ${told.map(([kind, all]) => `${all.length} ${kind} (${medianMsOf(all)} ms)`).join(', ')}`]
}

function medianMsOf(requests: readonly CountedRequest[]): string {
  const took = requests
    .map(({ startedAtMs, endedAtMs }) => endedAtMs - startedAtMs)
    .toSorted((one, other) => one - other)
  return (took[took.length >> 1] ?? Number.NaN).toFixed(0)
}

const judgementLines = ({ lost, left }: Judgement): string[] => [`  lost wrongly: ${lost}`, `  left wrongly: ${left}`]
