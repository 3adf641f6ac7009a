import type { Model, Running } from './model.ts'

/** One round in so many of a hundred begins before an upgrade. */
export const upgradePercent = 25

/** Up to what share of a round each runs: an upgrade, and later one that is taken back for a while. */
const course: readonly [share: number, running: Running][] = [
  [0.25, 'yesterday'],
  [0.45, 'both'],
  [0.65, 'today'],
  [0.75, 'both'],
]

/** Before the operation at this share of the round. */
export function runVersions({ versions, journal }: Model, share: number): void {
  const running = course.find(([until]) => share < until)?.[1] ?? 'today'
  if (running === versions.running) return
  journal.note(`planner: code of ${running} from now on`)
  versions.running = running
}
