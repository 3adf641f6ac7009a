import { expect, it } from 'vitest'
import { heldBy, heldByDay } from '../../../cli/connect/held-days.ts'

const record = (cluster: string, day: string, ...stored: [registry: string, bytes: number][]) => ({
  cluster,
  day,
  stored: stored.map(([registry, bytes]) => ({ registry, bytes })),
  expiresAtSeconds: 0,
})
const days = ['2026-01-01', '2026-01-02', '2026-01-03']

it('goes on with what was noted last where a day is missing, and begins where something is known', () => {
  const found = heldByDay([record('eu', '2026-01-03', ['h', 7]), record('eu', '2026-01-02', ['h', 5])], days)

  expect(found.map(({ day, held }) => [day, held[0]?.bytes])).toEqual([
    ['2026-01-02', 5],
    ['2026-01-03', 7],
  ])
  expect(heldByDay([record('eu', '2025-12-01', ['h', 5])], days).map(({ held }) => held[0]?.bytes)).toEqual([5, 5, 5])
  expect(heldByDay([], days)).toEqual([])
})

it('takes of a registry that two clusters track the larger sum, and of each cluster what was noted last', () => {
  const records = [record('eu', '2026-01-01', ['h', 5]), record('us', '2026-01-02', ['h', 9], ['i', 1])]

  expect(heldByDay(records, days).map(({ held }) => held)).toEqual([
    [{ registry: 'h', bytes: 5 }],
    [
      { registry: 'h', bytes: 9 },
      { registry: 'i', bytes: 1 },
    ],
    [
      { registry: 'h', bytes: 9 },
      { registry: 'i', bytes: 1 },
    ],
  ])
  expect(heldBy([])).toEqual([])
})
