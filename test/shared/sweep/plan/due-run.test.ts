import { describe, expect, it } from 'vitest'
import type { PolicyRecord } from '../../../../shared/domain/records/policies.ts'
import { pauseAnnotation } from '../../../../shared/objects/policy-object.ts'
import type { ObjectMeta } from '../../../../shared/ports/cluster.ts'
import { dueRun, manualRunAnnotation } from '../../../../shared/sweep/plan/due-run.ts'
import { newRun, withRun } from '../../../../shared/sweep/plan/run-report.ts'
import { policyOf } from '../../../support/policy-world.ts'

const time = (text: string): Date => new Date(`2026-11-25T${text}Z`)
const scheduled = (spec: object = {}, metadata: Partial<ObjectMeta> = {}) =>
  policyOf('cleanup', { schedule: '0 * * * *', ...spec }, { creationTimestamp: '2026-11-25T10:30:00Z', ...metadata })
const recordOf = (rest: Partial<PolicyRecord> = {}): PolicyRecord => ({
  id: 'eu-1/team/cleanup',
  uid: 'uid-cleanup',
  totalDeleted: 0,
  totalFreedBytes: 0,
  runs: [],
  number: 1,
  ...rest,
})
const ran = (at: string) => recordOf({ lastScheduleTime: time(at) })

describe('99 a scheduled run', () => {
  it('is not due for a time before the policy was created', () => {
    expect(dueRun(scheduled(), undefined, time('10:59:59'))).toBeUndefined()
    expect(dueRun(scheduled(), undefined, time('11:00:00'))).toMatchObject({ kind: 'scheduled', at: time('11:00:00') })
  })

  it('has the same id whenever it is looked at', () => {
    const ids = ['11:00:00', '11:00:59', '11:20:00'].map(at => dueRun(scheduled(), undefined, time(at)))

    expect(new Set(ids.map(due => due?.runId))).toEqual(new Set(['20261125T110000Z-scheduled']))
  })

  it('is caught up within startingDeadlineSeconds, the edge included, and missed after it', () => {
    const policy = scheduled({ schedule: '0 0 * * *', startingDeadlineSeconds: 3600 })
    const record = recordOf({ lastScheduleTime: new Date('2026-11-24T00:00:00Z') })

    expect(dueRun(policy, record, time('01:00:00'))).toMatchObject({ kind: 'scheduled' })
    expect(dueRun(policy, record, time('01:00:01'))).toMatchObject({ kind: 'missed', at: time('00:00:00') })
  })

  it('is one, of several that passed: the latest', () => {
    expect(dueRun(scheduled(), ran('02:00:00'), time('11:10:00'))).toMatchObject({ at: time('11:00:00') })
  })

  it('is at most one after a suspension, and none while it lasts', () => {
    expect(dueRun(scheduled({ suspend: true }), ran('02:00:00'), time('11:10:00'))).toBeUndefined()
    expect(dueRun(scheduled(), ran('11:00:00'), time('11:10:00'))).toBeUndefined()
  })

  it('F26 does not come twice when the clock steps back', () => {
    for (const at of ['10:59:59', '10:50:00', '11:00:00', '11:59:59'])
      expect(dueRun(scheduled(), ran('11:00:00'), time(at))).toBeUndefined()
  })

  it('F26 of a policy created in the future by the clock of its cluster waits for it', () => {
    const policy = scheduled({}, { creationTimestamp: '2026-11-25T11:09:00Z' })

    expect(dueRun(policy, undefined, time('11:05:00'))).toBeUndefined()
  })

  it('counts a schedule that was changed from the last run, as a CronJob does', () => {
    const policy = scheduled({ schedule: '*/5 * * * *' })

    expect(dueRun(policy, ran('11:00:00'), time('11:07:00'))).toMatchObject({ at: time('11:05:00') })
  })

  it('is refused for a schedule and a time zone that nobody can follow', () => {
    expect(() => dueRun(scheduled({ schedule: '61 * * * *' }), undefined, time('11:00:00'))).toThrow(
      /^expected a cron line/,
    )
    expect(() => dueRun(scheduled({ timeZone: 'Mars/Olympus' }), undefined, time('11:00:00'))).toThrow(/IANA/)
    expect(() => dueRun(scheduled({ schedule: '0 0 30 2 *' }), undefined, time('11:00:00'))).toThrow(/a next run/)
  })

  it('B35 is refused for a time zone without a place, by hand and without a schedule too', () => {
    const byHand = policyOf('cleanup', { timeZone: 'CST' }, { annotations: { [manualRunAnnotation]: '1' } })

    expect(() => dueRun(scheduled({ timeZone: 'CST' }), undefined, time('11:00:00'))).toThrow(/got "CST"$/)
    expect(() => dueRun(byHand, undefined, time('11:00:00'))).toThrow(/got "CST"$/)
  })
})

describe('a run by hand', () => {
  const asked = (value: string, metadata: Partial<ObjectMeta> = {}) =>
    policyOf('cleanup', {}, { annotations: { [manualRunAnnotation]: value }, ...metadata })

  it('is due for each new value once', () => {
    expect(dueRun(asked('1'), undefined, time('11:00:00'))).toMatchObject({ kind: 'manual', manualRun: '1' })
    expect(dueRun(asked('1'), recordOf({ lastHandledManualRun: '1' }), time('11:00:00'))).toBeUndefined()
    expect(dueRun(asked('2'), recordOf({ lastHandledManualRun: '1' }), time('11:00:00'))).toBeDefined()
    expect(dueRun(asked(''), undefined, time('11:00:00'))).toBeUndefined()
  })

  it('F7 that had begun goes on under its id, though its object moved on', () => {
    const due = dueRun(asked('1', { resourceVersion: '7' }), undefined, time('11:00:00'))
    if (due?.kind !== 'manual') throw new Error('expected a run by hand')
    const record = recordOf({ runs: [newRun(due, false)] })

    expect(dueRun(asked('1', { resourceVersion: '9' }), record, time('11:05:00'))).toEqual(due)
  })

  it('has an id of its own when a value is used again', () => {
    const first = dueRun(asked('1', { resourceVersion: '7' }), undefined, time('11:00:00'))
    const again = dueRun(
      asked('1', { resourceVersion: '12' }),
      recordOf({ lastHandledManualRun: '2' }),
      time('11:00:00'),
    )

    expect(first?.runId).not.toBe(again?.runId)
  })
})

it('a paused policy begins nothing', () => {
  const annotations = { [pauseAnnotation]: 'true', [manualRunAnnotation]: '1' }

  expect(dueRun(scheduled({}, { annotations }), ran('02:00:00'), time('11:10:00'))).toBeUndefined()
})

it.each([0, 1])('a run that left a repository alone, deleted %i and is taken over is a partial failure', deleted => {
  const runOf = (runId: string) => newRun({ kind: 'scheduled', runId, at: time('11:00:00') }, false)
  const leftAlone = [{ repository: 'registry.example.com/team/app', message: 'kept everything: no answer' }]
  const before = withRun(recordOf(), { ...runOf('r1'), deleted, leftAlone }, 5)

  const { runs } = withRun(before, runOf('r2'), 5)

  expect(runs[1]).toMatchObject({ runId: 'r1', result: 'PartialFailure' })
})

describe('the history of runs', () => {
  const start = recordOf()
  const run = (id: number) => ({
    ...newRun({ kind: 'scheduled', runId: `run-${id}`, at: time('11:00:00') }, false),
    result: 'Success' as const,
    items: Array.from({ length: 50 }, (_, at) => ({
      namespace: 'team',
      name: `app-${at}`,
      image: `registry.example.com/team/app:v${at}`,
      action: 'Deleted' as const,
      reason: 'none',
      message: 'x'.repeat(512),
    })),
  })

  it.each([
    [0, 1],
    [1, 1],
    [5, 5],
    [20, 20],
  ])('with historyLimit %i holds %i runs at most', (limit, length) => {
    let record = start
    for (let id = 0; id < 30; id++) record = { ...withRun(record, run(id), limit), number: 1 }

    expect(record.runs).toHaveLength(length)
    expect(record.runs[0]?.runId).toBe('run-29')
  })

  it('stays far below what an item may hold', () => {
    let record = start
    for (let id = 0; id < 30; id++) record = { ...withRun(record, run(id), 20), number: 1 }

    expect(JSON.stringify(record).length).toBeLessThan(200_000)
  })
})
