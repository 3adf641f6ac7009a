import { expect, it } from 'vitest'
import { automaticIntervalMs } from '../../../shared/reconcile/sync-interval.ts'
import { at } from '../../support/records.ts'

const hourMs = 3_600_000

const intervals = (tagCount: number) =>
  Array.from({ length: 200 }, (_, place) => automaticIntervalMs(`r/team/app-${place}`, tagCount, at(place)))

it.each([
  [0, 1],
  [1_000, 1],
  [1_001, 2],
  [5_500, 6],
])('is an hour for each thousand tags, and up to a tenth more: %i tags, %i h', (tagCount, hours) => {
  for (const interval of intervals(tagCount)) {
    expect(interval).toBeGreaterThanOrEqual(hours * hourMs)
    expect(interval).toBeLessThanOrEqual(hours * hourMs * 1.1)
  }
})

it('is never more than a day', () => {
  expect(Math.max(...intervals(5_000_000))).toBeLessThanOrEqual(24 * hourMs)
})

it('spreads what ended at one moment, and is the same for the same facts', () => {
  const together = Array.from({ length: 200 }, (_, place) => automaticIntervalMs(`r/team/app-${place}`, 10, at(0)))
  const minutes = new Set(together.map(interval => Math.floor(interval / 60_000)))

  expect(minutes.size).toBeGreaterThan(4)
  expect(automaticIntervalMs('r/team/app', 10, at(0))).toBe(automaticIntervalMs('r/team/app', 10, at(0)))
})
