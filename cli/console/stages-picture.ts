import type { RecordedChange } from '../../shared/domain/audit.ts'
import { dayMs } from '../../shared/domain/duration.ts'
import type { Stage } from '../../shared/domain/records/images.ts'
import type { StageCounts, StagesPicture } from './api.ts'
import type { ConsoleDeps } from './console-deps.ts'
import { stageCountsOf } from './overview.ts'

const shownDays = 30
/** More changes are not gone through for a picture: some 60 MB of the table. */
const mostChanges = 200_000
/** It tells of days. */
const keptMs = 10 * 60_000

/**
 * Images by stage at the end of each day: the counts of now, and back from there by what the history says of each day,
 * newest first, until it holds too much.
 */
export const readStagesPicture = ({ installation, cache, now: clock }: ConsoleDeps): Promise<StagesPicture> =>
  cache.get('stages', keptMs, async () => {
    const now = clock()
    const { store, metrics, settings } = installation
    const gauges = await metrics.findGauges(settings.clusters.map(({ name }) => name))
    if (gauges.length === 0) return { days: [] }
    const byDay: (readonly RecordedChange[])[] = []
    let count = 0
    for (let day = 0; day < shownDays && count <= mostChanges; day++) {
      const from = startOf(now, day)
      const changes = await store.listChanges(from, day === 0 ? now : new Date(startOf(now, day - 1).getTime() - 1))
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

const startOf = (now: Date, daysAgo: number): Date =>
  new Date(Math.floor(now.getTime() / dayMs) * dayMs - daysAgo * dayMs)

const dayOf = (date: Date): string => date.toISOString().slice(0, 10)

type Place = Stage | 'none'

/**
 * The counts at the end of each day, those of today first. `byDay` are the changes of each day, oldest first, today's
 * first. Before its first change the stage of an image is what that change tells; where it may have been Introduction or
 * Maintenance it counts as Maintenance.
 */
export function countsBack(now: StageCounts, byDay: readonly (readonly RecordedChange[])[]): StageCounts[] {
  const counts: Record<Stage, number> = { ...now }
  const moves = movesByDay(byDay)
  return byDay.map((_, day) => {
    const ofDay = { ...counts }
    for (const { from, to } of moves[day] ?? []) {
      if (to !== 'none') counts[to] = Math.max(0, counts[to] - 1)
      if (from !== 'none') counts[from] += 1
    }
    return ofDay
  })
}

/** From where to where images went, each change with the next one of its image. */
function movesByDay(byDay: readonly (readonly RecordedChange[])[]) {
  const moves: { from: Place; to: Place }[][] = byDay.map(() => [])
  const places = new Map<string, Place>()
  for (let day = byDay.length - 1; day >= 0; day--)
    for (const change of byDay[day] ?? []) {
      const step = change.tag === undefined ? steps[change.action] : undefined
      if (step === undefined) continue
      const key = `${change.repository}@${change.digest}`
      const from = places.get(key) ?? step.from
      places.set(key, step.to)
      if (from !== step.to) moves[day]?.push({ from, to: step.to })
    }
  return moves
}

interface Step {
  /** Where the image was, as far as the change itself tells. */
  readonly from: Place
  readonly to: Place
}

const steps: Readonly<Partial<Record<RecordedChange['action'], Step>>> = {
  'image-recorded': { from: 'none', to: 'Introduction' },
  restored: { from: 'none', to: 'Introduction' },
  used: { from: 'Maintenance', to: 'Use' },
  unused: { from: 'Use', to: 'Maintenance' },
  marked: { from: 'Maintenance', to: 'Cleanup' },
  'mark-lifted': { from: 'Cleanup', to: 'Maintenance' },
  deleted: { from: 'Cleanup', to: 'none' },
  archived: { from: 'Cleanup', to: 'none' },
  'image-gone': { from: 'Maintenance', to: 'none' },
}
