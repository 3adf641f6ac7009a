import { describe, expect, it } from 'vitest'
import { ageOf, humanDuration } from '../../../../cli/embedded/kubernetes/age.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('an age', () => {
  it.each([
    [0, '0s'],
    [119_000, '119s'],
    [2 * minute, '2m'],
    [3 * minute + 20_000, '3m20s'],
    [10 * minute, '10m'],
    [3 * hour + 5 * minute, '3h5m'],
    [47 * hour, '47h'],
    [2 * day + 3 * hour, '2d3h'],
    [23 * day, '23d'],
    [3 * 365 * day + day, '3y1d'],
    [9 * 365 * day, '9y'],
    [-5000, '<invalid>'],
  ])('of %d ms is printed as kubectl prints it: %s', (durationMs, text) => {
    expect(humanDuration(durationMs)).toBe(text)
  })

  it('is missing where there is no instant', () => {
    expect(ageOf(null, new Date())).toBeUndefined()
  })
})
