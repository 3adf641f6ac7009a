import { expect, it } from 'vitest'
import { stackedOf } from '../../../../cli/console/page/stacked.ts'

it('puts each series on top of those before it, a gap as nothing', () => {
  const stacked = stackedOf([
    [1, 2, Number.NaN],
    [10, Number.NaN, 30],
    [100, 200, 300],
  ])

  expect(stacked).toEqual([
    [1, 2, 0],
    [11, 2, 30],
    [111, 202, 330],
  ])
})
