import type { Model, Running } from './model.ts'

/** Up to what share of a round each runs: an upgrade, and later one that is taken back for a while. */
const course: readonly [share: number, running: Running][] = [
  [0.25, 'yesterday'],
  [0.45, 'both'],
  [0.65, 'today'],
  [0.75, 'both'],
]

/** It knows no grants, tells nobody what it writes, and was not made for what today's code writes. */
export const isBeforeGrants = ({ versions }: Pick<Model, 'versions'>): boolean => versions.earlier === '6e1a4d3'

/** Before the operation at this share of the round. */
export function runVersions({ versions, journal }: Model, share: number): void {
  const running = course.find(([until]) => share < until)?.[1] ?? 'today'
  if (running === versions.running) return
  journal.note(`planner: code of ${running} from now on`)
  versions.running = running
}
