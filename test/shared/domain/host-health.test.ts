import { describe, expect, it } from 'vitest'
import {
  hostAnswered,
  hostAsked,
  hostFailed,
  mayAskHost,
  outageAfter,
  type RegistryFailure,
  waitOfHost,
  waitOfRepository,
} from '../../../shared/domain/host-health.ts'
import type { HostRecord, Outage } from '../../../shared/domain/records/syncs.ts'
import { at } from '../../support/records.ts'

const host = 'harbor.example.com'
const repository = `${host}/team/app`
const stall: RegistryFailure = { isStall: true, message: 'sent nothing for 15 s' }
const refused: RegistryFailure = { isStall: false, message: 'could not be reached' }

/** After a failure of a task that began and ended at so many seconds; the first in a row where it is not said. */
const outageOf = (outage: Outage | undefined, seconds: number, failure = stall, failureCount = 1) =>
  outageAfter({ failureCount, ...(outage && { outage }) }, failure, at(seconds), at(seconds))

const minutesOf = (one: { until?: Date } | undefined, seconds: number) =>
  ((one?.until?.getTime() ?? 0) - at(seconds).getTime()) / 60_000

describe('a repository is left alone', () => {
  it('F42 when it stalls once, by its whole name', () => {
    expect(waitOfRepository(repository, outageOf(undefined, 0), at(59))).toEqual({
      until: at(60),
      message: expect.stringMatching(
        /^harbor.example.com\/team\/app is left alone until ..:..:..Z, since it sent nothing for 15 s$/,
      ),
    })
  })

  it('F42 for twice as long after each further failure, and for half an hour at most', () => {
    const whiles: number[] = []
    let outage: Outage | undefined
    let seconds = 0
    for (let nth = 0; nth < 8; nth++) {
      outage = outageOf(outage, seconds, nth % 2 === 0 ? stall : refused)
      whiles.push(minutesOf(outage, seconds))
      seconds += 3600
    }

    expect(whiles).toEqual([1, 2, 4, 8, 16, 30, 30, 30])
    expect(waitOfRepository(repository, outage, at(seconds - 3600))?.message).toContain('(8 times running)')
  })

  it('from the third sync in a row on that fails without a stall', () => {
    expect(outageOf(undefined, 0, refused, 2)).toBeUndefined()
    expect(minutesOf(outageOf(undefined, 0, refused, 3), 0)).toBe(1)
  })

  it('once for all tasks that were under way when it stalled', () => {
    const first = outageOf(undefined, 15)

    expect(outageAfter({ failureCount: 1, ...(first && { outage: first }) }, stall, at(0), at(16))).toEqual(first)
  })

  it('until its while is over', () => {
    expect(waitOfRepository(repository, outageOf(undefined, 0), at(60))).toBeUndefined()
    expect(waitOfRepository(repository, undefined, at(0))).toBeUndefined()
  })
})

describe('a host', () => {
  const recorded = (draft: Omit<HostRecord, 'number'>): HostRecord => ({ ...draft, number: 1 })
  const asked = (before: HostRecord | undefined, seconds: number) =>
    recorded(hostAsked(host, before, 'somebody', at(seconds)))
  const failed = (before: HostRecord | undefined, seconds: number) =>
    recorded(hostFailed(asked(before, seconds), stall.message, at(seconds)))

  it('is not left alone while nobody knows how it answers itself', () => {
    expect(waitOfHost(undefined, at(0))).toBeUndefined()
    expect(waitOfHost(asked(undefined, 0), at(1))).toBeUndefined()
  })

  it('is asked by one at a time, and not again for some seconds after it answered', () => {
    const answered = recorded(hostAnswered(host, at(0)))

    expect(mayAskHost(undefined, at(0), at(0))).toBe(true)
    expect(mayAskHost(asked(undefined, 0), at(0), at(19))).toBe(false)
    expect(mayAskHost(answered, at(0), at(14))).toBe(false)
    expect(mayAskHost(answered, at(0), at(15))).toBe(true)
  })

  it('is left alone when it fails itself, twice as long each time, and for half an hour at most', () => {
    const whiles: number[] = []
    let record: HostRecord | undefined
    for (let nth = 0; nth < 7; nth++) {
      record = failed(record, nth * 3600)
      whiles.push(minutesOf(record, nth * 3600))
    }

    expect(whiles).toEqual([1, 2, 4, 8, 16, 30, 30])
    expect(waitOfHost(record, at(6 * 3600))).toEqual({
      until: at(6 * 3600 + 1800),
      message: expect.stringMatching(/^harbor.example.com is left alone .* nothing for 15 s \(7 times running\)$/),
    })
  })

  it('is asked by the first that comes when the while is over, and the others wait for that', () => {
    const left = failed(undefined, 0)

    expect(waitOfHost(left, at(60))).toBe('ask')
    expect(waitOfHost(asked(left, 60), at(61))).toMatchObject({ until: at(80) })
  })

  it('that answers is left alone no more, and its next failure is the first again', () => {
    const well = recorded(hostAnswered(host, at(100)))

    expect(waitOfHost(well, at(100))).toBeUndefined()
    expect(minutesOf(failed(well, 200), 200)).toBe(1)
  })

  it('is not asked for what was under way when it failed', () => {
    expect(mayAskHost(failed(undefined, 15), at(0), at(3600))).toBe(false)
  })

  it('of a version before is asked when its while is over', () => {
    const before: HostRecord = {
      ...{ host, failures: 5, since: at(0), repositories: [repository], timesLeft: 3, message: stall.message },
      ...{ leftAt: at(0), until: at(60), number: 7 },
    }

    expect(waitOfHost(before, at(59))).toMatchObject({ message: expect.stringContaining('(5 times running)') })
    expect(waitOfHost(before, at(60))).toBe('ask')
  })
})
