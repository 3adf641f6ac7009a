import { describe, expect, it } from 'vitest'
import { afterFailure, afterSuccess, type HostFailure, probed, waitOf } from '../../../shared/domain/host-health.ts'
import type { HostRecord } from '../../../shared/domain/records/syncs.ts'
import { at } from '../../support/records.ts'

const host = 'harbor.example.com'
const stall = (path = 'a'): HostFailure => ({
  host,
  repository: `${host}/${path}`,
  isStall: true,
  message: 'sent nothing for 15 s',
})
const error = (path: string): HostFailure => ({ ...stall(path), isStall: false, message: 'could not be reached' })

/** The host after failures, each of a task that began and ended at its second. */
function hostAfter(failures: readonly (readonly [HostFailure, number])[], first?: HostRecord): HostRecord | undefined {
  let record = first
  for (const [failure, seconds] of failures) {
    const next = afterFailure(record, failure, at(seconds), at(seconds))
    if (next) record = { ...next, number: 1 }
  }
  return record
}

describe('a host is left alone', () => {
  it('F42 when it stalls once', () => {
    const record = hostAfter([[stall(), 0]])

    expect(waitOf(record, `${host}/b`, at(59))).toEqual({
      until: at(60),
      message: expect.stringMatching(
        /^harbor.example.com is left alone until ..:..:..Z, since it sent nothing for 15 s$/,
      ),
    })
  })

  it('F42 for twice as long after each further stall, and for half an hour at most', () => {
    const whiles: number[] = []
    let seconds = 0
    let record: HostRecord | undefined
    for (let nth = 0; nth < 8; nth++) {
      record = hostAfter([[stall(`p${nth}`), seconds]], record)
      const until = record?.until ?? at(0)
      whiles.push((until.getTime() - at(seconds).getTime()) / 60_000)
      seconds = (until.getTime() - at(0).getTime()) / 1000 + 60
    }

    expect(whiles).toEqual([1, 2, 4, 8, 16, 30, 30, 30])
    expect(waitOf(record, `${host}/b`, at(seconds - 70))).toMatchObject({
      message: expect.stringContaining('(8 times running)'),
    })
  })

  it('after three failures in a row of its repositories', () => {
    const two = hostAfter([
      [error('a'), 0],
      [error('b'), 1],
    ])

    expect(waitOf(two, `${host}/c`, at(2))).toBeUndefined()
    expect(waitOf(hostAfter([[error('b'), 2]], two), `${host}/c`, at(3))).toMatchObject({ until: at(62) })
  })

  it('not for one repository that fails again and again', () => {
    const record = hostAfter(Array.from({ length: 20 }, (_, seconds) => [error('odd'), seconds] as const))

    expect(waitOf(record, `${host}/good`, at(20))).toBeUndefined()
  })

  it('once for all tasks that were under way when it stalled', () => {
    const first = hostAfter([[stall('a'), 15]])

    const second = afterFailure(first, stall('b'), at(0), at(15))

    expect(second).toBeUndefined()
  })
})

describe('when the while is over', () => {
  const left = hostAfter([[stall('slow'), 0]])

  it('one may ask first, and the others wait', () => {
    expect(waitOf(left, `${host}/good`, at(60))).toBe('probe')

    const asked = left && { ...probed(left, at(60)), number: 2 }

    expect(waitOf(asked, `${host}/other`, at(61))).toMatchObject({ until: at(120) })
  })

  it('the repository that it stalled at asks after its neighbours', () => {
    expect(waitOf(left, `${host}/slow`, at(60))).toMatchObject({ until: at(75) })
    expect(waitOf(left, `${host}/slow`, at(75))).toBe('probe')
  })

  it('a success ends it, and the next stall is the first again', () => {
    const well = left && afterSuccess(left, at(61))
    const again = hostAfter([[stall(), 62]], well && { ...well, number: 3 })

    expect(well && waitOf({ ...well, number: 3 }, `${host}/good`, at(62))).toBeUndefined()
    expect(again?.until).toEqual(at(122))
  })
})

it('a success of a host that is well changes nothing', () => {
  const well = afterSuccess(hostAfter([[stall(), 0]]), at(1))

  expect(afterSuccess(undefined, at(2))).toBeUndefined()
  expect(well && afterSuccess({ ...well, number: 2 }, at(2))).toBeUndefined()
})
