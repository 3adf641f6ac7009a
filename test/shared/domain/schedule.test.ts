import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { findScheduleProblem, latestRunBetween, nextRunAfter } from '../../../shared/domain/schedule.ts'

const at = (text: string): Date => new Date(text)
const berlin = 'Europe/Berlin'
const crd = parse(
  readFileSync(new URL('../../../infra/cluster/crds/imagecleanuppolicies.yaml', import.meta.url), 'utf8'),
)
const crdField = (name: string): { pattern?: string; maxLength?: number } =>
  crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties[name]

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
    ['5/15 * * * *', undefined, '2026-11-23T00:06:00Z', '2026-11-23T00:20:00Z'],
    ['0 0 29 2 *', undefined, '2026-11-23T00:00:00Z', '2028-02-29T00:00:00Z'],
  ])('%s in %s runs after %s at %s', (schedule, timeZone, after, next) => {
    expect(nextRunAfter(schedule, timeZone, at(after))).toEqual(at(next))
  })

  it.each([
    ['5/15 * * * *', '5,20,35,50 * * * *'],
    ['0 2/6 * * *', '0 2,8,14,20 * * *'],
    ['0 0 1/10 * *', '0 0 1,11,21,31 * *'],
    ['0 0 * 3/4 *', '0 0 * 3,7,11 *'],
    ['0 0 * * MON/2', '0 0 * * 1,3,5'],
    ['2,5/20 0 * * *', '2,5,25,45 0 * * *'],
  ])('B35 takes %s as the CronJob of Kubernetes does: %s', (schedule, same) => {
    const from = at('2026-01-01T00:00:00Z')
    const runsOf = (text: string) => {
      const runs = [from]
      for (let run = 0; run < 60; run++) runs.push(nextRunAfter(text, undefined, runs[run] ?? from))
      return runs
    }

    expect(runsOf(schedule)).toEqual(runsOf(same))
  })

  it.each(['/15 * * * *', '5,/15 * * * *', '5/0 * * * *', '5/ * * * *'])('B35 refuses %s as well', schedule => {
    expect(findScheduleProblem(schedule, undefined)).toBe('InvalidSchedule')
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

  it.each(['Mars/Olympus', 'CST', 'GMT', 'EST5EDT', 'Local', '+01:00', 'utc', '', '/', 'UTC/'])(
    'B35 calls the time zone %j an InvalidTimeZone, with a schedule and without',
    timeZone => {
      expect(findScheduleProblem('0 2 * * *', timeZone)).toBe('InvalidTimeZone')
      expect(findScheduleProblem(undefined, timeZone)).toBe('InvalidTimeZone')
    },
  )

  it.each([undefined, 'UTC', berlin, 'Etc/GMT+5', 'America/Argentina/ComodRivadavia', 'America/Port-au-Prince'])(
    'follows the time zone %j',
    timeZone => {
      expect(findScheduleProblem('0 2 * * *', timeZone)).toBeUndefined()
    },
  )

  it('follows every time zone that has a slash, and the CRD lets it in', () => {
    const zones = ['UTC', 'Etc/GMT+5', 'Etc/GMT-14', ...Intl.supportedValuesOf('timeZone')]
    const { pattern = '', maxLength = 0 } = crdField('timeZone')

    expect(zones.filter(zone => findScheduleProblem('@daily', zone) !== undefined)).toEqual([])
    expect(zones.filter(zone => zone.length > maxLength || !new RegExp(pattern).test(zone))).toEqual([])
  })

  it.each(['0 2 * * *', '*/5 0-6,20 1 * 1-5', '0 0 ? * SUN', '@daily', '@midnight', '0\t2 * * *', '0 0 L * *'])(
    'follows %j, and the CRD lets it in',
    schedule => {
      const { pattern = '', maxLength = 0 } = crdField('schedule')

      expect(findScheduleProblem(schedule, undefined)).toBeUndefined()
      expect(schedule.length <= maxLength && new RegExp(pattern).test(schedule)).toBe(true)
    },
  )
})
