import type { CountedRequest } from './counting-proxy.ts'
import type { Judgement } from './judge.ts'
import type { Rival, RivalRun } from './run-rival.ts'
import type { ShelflifeRun } from './run-shelflife.ts'

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
    `shelflife sync: ${sinceApplied(syncedAtMs)} until Success, requests from ${sinceApplied(asked[0])} to ${sinceApplied(asked[1])}; ${sizeOf(sync)}, ${(sync.length / tagCount).toFixed(2)} a tag; ${memoryText(run.syncMemoryMib)}`,
    ...detailsOf(sync),
    `shelflife sweep: ${sincePolicy(lastDeletion)} from the policy to the last delete, ${secondsText(waitedMsOf(run))} of that waited for grace and schedule; marked after ${sincePolicy(run.markedAtMs)}, deletes from ${sincePolicy(firstDeletion)}, told after ${sincePolicy(doneAtMs)}; ${sizeOf(sweep)}, ${(sweep.length / judgement.deleted).toFixed(2)} for each of ${judgement.deleted} manifests deleted; ${memoryText(run.sweepMemoryMib)}`,
    ...detailsOf(sweep),
    ...judgementLines(judgement),
    `  ${run.message}`,
  ]
}

/** Of one run on one machine, which says nothing about another. */
export function ratioLine(shelflife: Contest<ShelflifeRun>, regbot: Contest<RivalRun>): string {
  const { run, requests } = shelflife
  const { sync, sweep, deletions } = phasesOf(run, requests)
  const ms = run.syncedAtMs - run.appliedAtMs + edgesOf(deletions)[1] - run.policyAtMs
  const times = (ours: number, theirs: number) => (ours / theirs).toFixed(1)
  const regbotMs = regbot.run.seconds * 1000
  const memoryMib = Math.max(run.syncMemoryMib, run.sweepMemoryMib)
  return `shelflife (sync and sweep) / regbot: ${times(ms, regbotMs)} times the seconds (${times(ms - waitedMsOf(run), regbotMs)} without waiting), ${times(sync.length + sweep.length, regbot.requests.length)} times the requests, ${times(memoryMib, regbot.run.memoryMib)} times the memory`
}

function phasesOf({ syncedAtMs, policyAtMs }: ShelflifeRun, requests: readonly CountedRequest[]) {
  const sync = requests.filter(({ startedAtMs }) => startedAtMs < syncedAtMs)
  const sweep = requests.filter(({ startedAtMs }) => startedAtMs >= policyAtMs)
  return { sync, sweep, deletions: sweep.filter(({ kind }) => kind.startsWith('DELETE')) }
}

const waitedMsOf = ({ markedAtMs, askedAtMs }: ShelflifeRun): number => askedAtMs - markedAtMs

/** When the first began and the last was answered; not a number where there is none. */
function edgesOf(requests: readonly CountedRequest[]): readonly [number, number] {
  if (requests.length === 0) return [Number.NaN, Number.NaN]
  const starts = requests.map(({ startedAtMs }) => startedAtMs)
  const ends = requests.map(({ endedAtMs }) => endedAtMs)
  return [Math.min(...starts), Math.max(...ends)]
}

const secondsText = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const memoryText = (mib: number): string => `peak of ${Math.round(mib)} MiB`

function sizeOf(requests: readonly CountedRequest[]): string {
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0)
  return `${requests.length} requests (${(bytes / 1e6).toFixed(2)} MB)`
}

function detailsOf(requests: readonly CountedRequest[]): string[] {
  const counts = new Map<string, number>()
  for (const { kind } of requests) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const told = Array.from(counts).toSorted(([, one], [, other]) => other - one)
  return [`  ${told.map(([kind, count]) => `${count} ${kind}`).join(', ')}`]
}

const judgementLines = ({ lost, left }: Judgement): string[] => [`  lost wrongly: ${lost}`, `  left wrongly: ${left}`]
