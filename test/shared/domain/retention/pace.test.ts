import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OldestGroups } from '../../../../shared/domain/retention/oldest-groups.ts'
import { takeByPace } from '../../../../shared/domain/retention/pace.ts'

const one = (name: string, pushedMs: number, rest: { size?: number; isBegun?: boolean; isRetry?: boolean } = {}) => ({
  name,
  pushedMs,
  size: 1,
  ...rest,
})
const namesOf = (taken: readonly { name: string }[]) => taken.map(({ name }) => name)

it('24: takes those pushed longest ago first', () => {
  const taken = takeByPace([one('new', 3), one('old', 1), one('middle', 2)], 2, 0)

  expect(namesOf(taken)).toEqual(['old', 'middle'])
})

it('24: counts what the run has marked before', () => {
  expect(namesOf(takeByPace([one('a', 1), one('b', 2)], 5, 4))).toEqual(['a'])
})

it('24: never takes a part of what belongs together, nor anything newer before it', () => {
  const taken = takeByPace([one('a', 1), one('pair', 2, { size: 2 }), one('b', 3)], 2, 0)

  expect(namesOf(taken)).toEqual(['a'])
})

it('24: takes what is larger than the pace whole, and alone in its run', () => {
  const large = one('large', 2, { size: 9 })

  expect(namesOf(takeByPace([large, one('b', 3)], 2, 0))).toEqual(['large'])
  expect(namesOf(takeByPace([one('a', 1), large], 2, 0))).toEqual(['a'])
  expect(namesOf(takeByPace([large, one('b', 3)], 2, 1))).toEqual([])
})

it('24: completes what this run has begun, whatever is left of its pace', () => {
  const taken = takeByPace([one('a', 1), one('rest', 9, { size: 4, isBegun: true })], 2, 2)

  expect(namesOf(taken)).toEqual(['rest'])
})

it('24: what could not be deleted comes last, so that nothing waits behind it for ever', () => {
  const taken = takeByPace([one('stuck', 1, { isRetry: true }), one('a', 2), one('b', 3)], 2, 0)

  expect(namesOf(taken)).toEqual(['a', 'b'])
})

it('24: law: a run never takes more than its pace, but for one group alone, and the runs take everything', () => {
  const groups = fc.array(fc.record({ size: fc.integer({ min: 1, max: 9 }), pushedMs: fc.nat(20) }), { maxLength: 30 })
  fc.assert(
    fc.property(groups, fc.integer({ min: 1, max: 12 }), (all, pace) => {
      let waiting = all
      while (waiting.length > 0) {
        const taken = takeByPace(waiting, pace, 0)
        const size = taken.reduce((sum, group) => sum + group.size, 0)
        expect(size <= pace || taken.length === 1).toBe(true)
        expect(taken.length).toBeGreaterThan(0)
        const latest = Math.max(...taken.map(group => group.pushedMs))
        waiting = waiting.filter(group => !taken.includes(group))
        expect(waiting.every(group => group.pushedMs >= latest)).toBe(true)
      }
    }),
  )
})

it('24: law: a run takes as many of a few that are held as of all that wait', () => {
  const groups = fc.array(fc.record({ size: fc.integer({ min: 1, max: 3 }), pushedMs: fc.nat(9) }), { maxLength: 60 })
  fc.assert(
    fc.property(groups, fc.integer({ min: 1, max: 6 }), (all, pace) => {
      const oldest = new OldestGroups(pace)
      for (const { size, pushedMs } of all) oldest.add(size, pushedMs)

      const taken = takeByPace(all, pace, 0)
      expect(oldest.taken()).toBe(taken.reduce((sum, group) => sum + group.size, 0))
    }),
  )
})
