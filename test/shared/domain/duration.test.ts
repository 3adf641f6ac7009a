import { describe, expect, it } from 'vitest'
import { parseDurationMs } from '../../../shared/domain/duration.ts'
import { InvalidInputError } from '../../../shared/errors.ts'

describe('durations', () => {
  it.each([
    ['24h', 86_400_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['0s', 0],
    ['1.1h', 3_960_000],
    ['0.4ms', 0],
    ['2562047h', 9_223_369_200_000],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDurationMs(text)).toBe(milliseconds)
  })

  it.each([
    '',
    '0',
    '-1h',
    '+1h',
    '1h30',
    '1d',
    '999999d',
    '1 h',
    '.5h',
    '1,5h',
    'Infinity',
    '1e3s',
    '2562048h',
    '9999999999999999999h',
    `${'1h'.repeat(17)}`,
  ])('B19, I12 refuses %j', text => {
    expect(() => parseDurationMs(text)).toThrow(InvalidInputError)
    expect(() => parseDurationMs(text)).toThrow(/^expected a duration such as 1h30m/)
  })
})
