import { expect, it } from 'vitest'
import { heldSeries } from '../../../../cli/console/page/overview/held-series.ts'

const dayOf = (day: string, bytes: Readonly<Record<string, number>>) => ({
  day,
  held: Object.entries(bytes).map(([registry, sum]) => ({ registry, bytes: sum })),
})

it('names the registries that hold most, a missing day as nothing, and puts the others together', () => {
  const days = [dayOf('2026-01-01', { a: 1 }), dayOf('2026-01-02', { a: 1, b: 2, c: 3, d: 4, 'e\u202E': 5 })]

  expect(heldSeries(days)).toEqual([
    { title: 'e[U+202E]', values: [0, 5] },
    { title: 'd', values: [0, 4] },
    { title: 'c', values: [0, 3] },
    { title: '2 others', values: [1, 3] },
  ])
  expect(heldSeries([])).toEqual([])
})
