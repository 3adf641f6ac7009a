import { describe, expect, it } from 'vitest'
import { isPulledSince } from '../../../../shared/domain/lifecycle/own-read.ts'
import { at } from '../../../support/records.ts'

describe('a later pull that a registry tells of (I27)', () => {
  const day = 86_400
  const known = { pulledAt: at(-40 * day), ownReadAt: at(0) }

  it('is none where it may be our own read', () => {
    expect([-60, 0, 14 * 60].map(seconds => isPulledSince(known, at(seconds)))).toEqual([false, false, false])
  })

  it('is one well before or after our own read', () => {
    expect([-3600, 3600].map(seconds => isPulledSince(known, at(seconds)))).toEqual([true, true])
  })

  it('is one where no pull before our read is known', () => {
    expect(isPulledSince({ ownReadAt: at(0) }, at(0))).toBe(true)
  })

  it('is none that is recorded already', () => {
    expect(isPulledSince(known, known.pulledAt)).toBe(false)
  })
})
