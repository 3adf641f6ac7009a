import type { RecordedChange } from '../../shared/domain/audit.ts'
import { dayMs } from '../../shared/domain/duration.ts'
import { dayOf } from '../../shared/domain/instant.ts'
import { type Stage, stages } from '../../shared/domain/records/images.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { StageCounts, StagesPicture } from './api.ts'
import type { ConsoleDeps } from './console-deps.ts'
import { stageCountsOf } from './overview.ts'

const shownDays = 30
/** More changes are not gone through for a picture: some 60 MB of the table. */
const mostChanges = 200_000
/** Of a day that much is read first; twice as much with each read that finds few. */
const firstReadMs = 60 * 60_000
const fewChanges = mostChanges / 100
/** It tells of days. */
const keptMs = 10 * 60_000

/**
 * Images by stage at the end of each day: as they were counted last, and back from there by what the history says of
 * each day, newest first, until it holds too much. Empty where they were never counted.
 */
export const readStagesPicture = ({ installation, cache }: ConsoleDeps): Promise<StagesPicture> =>
  cache.get('stages', keptMs, async () => {
    const { store, metrics, settings } = installation
    const gauges = await metrics.findGauges(settings.clusters.map(({ name }) => name))
    if (gauges.length === 0) return { days: [] }
    const now = new Date(Math.min(...gauges.map(({ takenAt }) => takenAt.getTime())))
    const byDay: (readonly RecordedChange[])[] = []
    let count = 0
    for (let day = 0; day < shownDays && count <= mostChanges; day++) {
      const end = day === 0 ? now : new Date(startOf(now, day - 1).getTime() - 1)
      const changes = await listNewest(startOf(now, day), end, mostChanges - count, store)
      byDay.push(changes)
      count += changes.length
    }
    const days = countsBack(stageCountsOf(gauges), byDay).map((counts, day) => ({
      day: dayOf(startOf(now, day)),
      stages: counts,
    }))
    return {
      days: days.reverse(),
      ...(byDay.length < shownDays && { incompleteBefore: dayOf(startOf(now, byDay.length - 1)) }),
    }
  })

/** Oldest first: those of the time, or only the newest of them, once these are more than `most`. */
export async function listNewest(
  from: Date,
  to: Date,
  most: number,
  store: Pick<Store, 'listChanges'>,
): Promise<readonly RecordedChange[]> {
  const parts: (readonly RecordedChange[])[] = []
  let count = 0
  let readMs = firstReadMs
  for (let end = to; end >= from && count <= most; ) {
    const start = new Date(Math.max(from.getTime(), end.getTime() - readMs + 1))
    const part = await store.listChanges(start, end)
    parts.push(part)
    count += part.length
    readMs = part.length < fewChanges ? readMs * 2 : firstReadMs
    end = new Date(start.getTime() - 1)
  }
  return parts.toReversed().flat()
}

const startOf = (now: Date, daysAgo: number): Date =>
  new Date(Math.floor(now.getTime() / dayMs) * dayMs - daysAgo * dayMs)

type Place = Stage | 'none'

interface Move {
  readonly from: Place
  /** Mended where the next change of the image knows better. */
  to: Place
}

/**
 * The counts at the end of each day, those of the last one first. `byDay` are the changes of each day, oldest first, the
 * last day first. Before its first change the stage of an image is what that change tells; where it may have been
 * Introduction or Maintenance it counts as Maintenance. Where none of a stage is left to take an image from, it was in
 * another one: how many there are in all is right on each day.
 */
export function countsBack(last: StageCounts, byDay: readonly (readonly RecordedChange[])[]): StageCounts[] {
  const counts: Record<Stage, number> = { ...last }
  const moves = movesByDay(byDay)
  return byDay.map((_, day) => {
    const ofDay = { ...counts }
    for (const { from, to } of moves[day] ?? []) {
      const place = to === 'none' || counts[to] > 0 ? to : stages.find(stage => counts[stage] > 0)
      if (place !== 'none' && place !== undefined) counts[place] -= 1
      if (from !== 'none') counts[from] += 1
    }
    return ofDay
  })
}

/** From where to where images went. */
function movesByDay(byDay: readonly (readonly RecordedChange[])[]): Move[][] {
  const moves: Move[][] = byDay.map(() => [])
  const latest = new Map<string, Move>()
  for (let day = byDay.length - 1; day >= 0; day--)
    for (const change of byDay[day] ?? []) {
      const step = change.tag === undefined ? steps[change.action] : undefined
      if (step === undefined) continue
      const key = `${change.repository}@${change.digest}`
      const before = latest.get(key)
      if (step.isSure && before !== undefined) before.to = step.from
      const move = { from: before?.to ?? step.from, to: step.to }
      latest.set(key, move)
      moves[day]?.push(move)
    }
  return moves
}

interface Step {
  /** Where the image was, as far as the change itself tells. */
  readonly from: Place
  /** It can have been nowhere else: what was recorded or unmarked before it may have been in use already. */
  readonly isSure?: true
  readonly to: Place
}

const steps: Readonly<Partial<Record<RecordedChange['action'], Step>>> = {
  'image-recorded': { from: 'none', isSure: true, to: 'Introduction' },
  restored: { from: 'none', isSure: true, to: 'Introduction' },
  used: { from: 'Maintenance', to: 'Use' },
  unused: { from: 'Use', isSure: true, to: 'Maintenance' },
  marked: { from: 'Maintenance', to: 'Cleanup' },
  'mark-lifted': { from: 'Cleanup', isSure: true, to: 'Maintenance' },
  deleted: { from: 'Cleanup', isSure: true, to: 'none' },
  archived: { from: 'Cleanup', isSure: true, to: 'none' },
  'image-gone': { from: 'Maintenance', to: 'none' },
}
