import { describe, expect, it } from 'vitest'
import { sameStatus, withCondition } from '../../../shared/objects/conditions.ts'
import type { Condition } from '../../../shared/ports/cluster.ts'

const before = '2026-10-01T00:00:00Z'
const now = new Date('2026-10-02T12:00:00.123Z')

const synced: Condition = {
  type: 'Synced',
  status: 'True',
  reason: 'SyncSucceeded',
  message: '',
  lastTransitionTime: before,
  observedGeneration: 1,
}

describe('withCondition', () => {
  it('keeps the transition time while the status stays, whatever the reason', () => {
    const next = { type: 'Synced', status: 'True', reason: 'Other', message: 'm', observedGeneration: 2 } as const

    expect(withCondition([synced], next, now)).toEqual([{ ...next, lastTransitionTime: before }])
  })

  it('sets the transition time, in whole seconds, when the status changes or is new', () => {
    const failed = { type: 'Synced', status: 'False', reason: 'Timeout', message: '' } as const

    expect(withCondition([synced], failed, now)).toEqual([{ ...failed, lastTransitionTime: '2026-10-02T12:00:00Z' }])
    expect(withCondition([], failed, now)[0]?.lastTransitionTime).toBe('2026-10-02T12:00:00Z')
  })

  it('sorts by type and leaves the other conditions alone', () => {
    const stalled = { ...synced, type: 'Stalled' }
    const inUse = { type: 'InUse', status: 'True', reason: 'ReferencedByWorkload', message: '' } as const

    expect(withCondition([synced, stalled], inUse, now).map(({ type }) => type)).toEqual(['InUse', 'Stalled', 'Synced'])
  })
})

describe('sameStatus', () => {
  it.each([
    ['another order of keys', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, true],
    ['an absent value', { a: 1 }, { a: 1, b: undefined }, true],
    ['two empty ones', undefined, undefined, true],
    ['another value', { a: 1 }, { a: 2 }, false],
    ['a number in text', { a: 1 }, { a: '1' }, false],
    ['a field more', { a: 1 }, { a: 1, b: 2 }, false],
    ['another order of a list', { a: [1, 2] }, { a: [2, 1] }, false],
    ['a null', { a: null }, {}, false],
  ])('compares %s', (_, a, b, same) => {
    expect(sameStatus(a, b)).toBe(same)
    expect(sameStatus(b, a)).toBe(same)
  })
})
