import { describe, expect, it } from 'vitest'
import { findScheduleProblem, latestRunBetween, nextRunAfter } from '../../../shared/domain/schedule.ts'

const at = (text: string): Date => new Date(text)
const berlin = 'Europe/Berlin'

describe('schedules', () => {
  it.each([
    ['0 2 * * *', undefined, '2026-11-23T01:59:59Z', '2026-11-23T02:00:00Z'],
    ['0 2 * * *', undefined, '2026-11-23T02:00:00Z', '2026-11-24T02:00:00Z'],
    ['0 2 * * *', 'Asia/Shanghai', '2026-11-23T00:00:00Z', '2026-11-23T18:00:00Z'],
    ['@hourly', undefined, '2026-11-23T00:30:00Z', '2026-11-23T01:00:00Z'],
    ['@daily', undefined, '2026-11-23T00:30:00Z', '2026-11-24T00:00:00Z'],
    ['@weekly', undefined, '2026-11-23T00:30:00Z', '2026-11-29T00:00:00Z'],
    ['@monthly', undefined, '2026-11-23T00:30:00Z', '2026-12-01T00:00:00Z'],
    ['@yearly', undefined, '2026-11-23T00:30:00Z', '2027-01-01T00:00:00Z'],
    ['0 0 1 * 1', undefined, '2026-11-23T00:30:00Z', '2026-11-30T00:00:00Z'],
    ['0 0 ? * 7', undefined, '2026-11-23T00:30:00Z', '2026-11-29T00:00:00Z'],
    ['0 0 29 2 *', undefined, '2026-11-23T00:00:00Z', '2028-02-29T00:00:00Z'],
  ])('%s in %s runs after %s at %s', (schedule, timeZone, after, next) => {
    expect(nextRunAfter(schedule, timeZone, at(after))).toEqual(at(next))
  })

  it('F26 runs a fixed time that the clocks skip at the first moment after the gap', () => {
    expect(nextRunAfter('30 2 * * *', berlin, at('2026-03-28T12:00:00Z'))).toEqual(at('2026-03-29T01:00:00Z'))
    expect(nextRunAfter('30 2 * * *', berlin, at('2026-03-29T01:00:00Z'))).toEqual(at('2026-03-30T00:30:00Z'))
  })

  it('F26 runs a fixed time that the clocks repeat once', () => {
    expect(nextRunAfter('30 2 * * *', berlin, at('2026-10-24T12:00:00Z'))).toEqual(at('2026-10-25T00:30:00Z'))
    expect(nextRunAfter('30 2 * * *', berlin, at('2026-10-25T00:30:00Z'))).toEqual(at('2026-10-26T01:30:00Z'))
  })

  it('finds the latest run after one moment and not after another', () => {
    const latest = (after: string, until: string) => latestRunBetween('@hourly', undefined, at(after), at(until))

    expect(latest('2026-11-23T12:00:00Z', '2026-11-23T14:00:00Z')).toEqual(at('2026-11-23T14:00:00Z'))
    expect(latest('2026-11-23T12:00:00Z', '2026-11-23T14:00:00.500Z')).toEqual(at('2026-11-23T14:00:00Z'))
    expect(latest('2026-11-23T14:00:00Z', '2026-11-23T14:59:59Z')).toBeUndefined()
    expect(latest('2026-11-23T13:59:59Z', '2026-11-23T14:00:00Z')).toEqual(at('2026-11-23T14:00:00Z'))
  })

  it.each(['', '61 * * * *', '0 2 * *', '0 0 2 * * *', '@reboot', '0 0 30 2 *', 'TZ=UTC 0 2 * * *', 'x'.repeat(129)])(
    'calls %j an InvalidSchedule',
    schedule => {
      expect(findScheduleProblem(schedule, undefined)).toBe('InvalidSchedule')
      expect(() => nextRunAfter(schedule, undefined, at('2026-11-23T00:00:00Z'))).toThrow(/^expected a/)
    },
  )

  it('calls a time zone that nobody knows an InvalidTimeZone', () => {
    expect(findScheduleProblem('0 2 * * *', 'Mars/Olympus')).toBe('InvalidTimeZone')
    expect(findScheduleProblem('0 2 * * *', berlin)).toBeUndefined()
  })
})
