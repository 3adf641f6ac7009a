import { expect, it } from 'vitest'
import { automaticIntervalMs } from '../../../shared/reconcile/sync-interval.ts'
import { at } from '../../support/records.ts'

const hourMs = 3_600_000

const intervals = (tagCount: number, isTold = false) =>
  Array.from({ length: 200 }, (_, place) => automaticIntervalMs(`r/team/app-${place}`, { tagCount, isTold }, at(place)))

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

it.each([
  [0, 6],
  [6_000, 6],
  [6_001, 7],
])('is six hours at least where events tell what changes, and up to a tenth more: %i tags, %i h', (tagCount, hours) => {
  for (const interval of intervals(tagCount, true)) {
    expect(interval).toBeGreaterThanOrEqual(hours * hourMs)
    expect(interval).toBeLessThanOrEqual(hours * hourMs * 1.1)
  }
})

it('is never more than a day', () => {
  for (const isTold of [false, true]) expect(Math.max(...intervals(5_000_000, isTold))).toBeLessThanOrEqual(24 * hourMs)
})

it('spreads what ended at one moment, and is the same for the same facts', () => {
  const facts = { tagCount: 10, isTold: false }
  const together = Array.from({ length: 200 }, (_, place) => automaticIntervalMs(`r/team/app-${place}`, facts, at(0)))
  const minutes = new Set(together.map(interval => Math.floor(interval / 60_000)))

  expect(minutes.size).toBeGreaterThan(4)
  expect(automaticIntervalMs('r/team/app', facts, at(0))).toBe(automaticIntervalMs('r/team/app', facts, at(0)))
})
