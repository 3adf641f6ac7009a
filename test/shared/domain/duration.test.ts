import { describe, expect, it } from 'vitest'
import { durationText, parseDurationMs } from '../../../shared/domain/duration.ts'
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

  it.each(['24h', '1h30m', '90m', '1h0.5s', '1m', '1.5s', '0.25s', '0s'])(
    'writes %s so that it reads the same',
    text => {
      expect(parseDurationMs(durationText(parseDurationMs(text)))).toBe(parseDurationMs(text))
    },
  )

  it('writes the largest units first, and none that is empty', () => {
    expect([86_400_000, 5_400_000, 60_000, 90_000, 1500].map(durationText)).toEqual([
      '24h',
      '1h30m',
      '1m',
      '1m30s',
      '1.5s',
    ])
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
