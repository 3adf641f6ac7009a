import { describe, expect, it } from 'vitest'
import { isGoneBy, type Word } from '../../../shared/sync/word.ts'
import { at } from '../../support/records.ts'

const wordOf = (said: Partial<Exclude<Word, string>>): Word => ({
  credential: 'eu-1/evil',
  hasRead: true,
  others: ['installation'],
  othersAgree: false,
  ...said,
})

describe('T5 what a sweep or a restore recorded', () => {
  const sighting = { at: at(100) }

  it('is not gone by a credential that sees a part only, while the installation reads it too', () => {
    expect(isGoneBy(wordOf({}), sighting, true)).toBe(false)
    expect(isGoneBy(wordOf({ sawAllAt: at(50) }), sighting, true)).toBe(false)
  })

  it('is gone by the credential of the installation, which it was recorded with', () => {
    const word = wordOf({ credential: 'installation', others: ['eu-1/evil'] })

    expect(isGoneBy(word, sighting, true)).toBe(true)
  })

  it('is gone by the only one that reads it', () => {
    expect(isGoneBy(wordOf({ others: [] }), sighting, true)).toBe(true)
  })
})

describe('T5 what a credential recorded that has ended', () => {
  const sighting = { seenBy: 'eu-1/ended', at: at(100) }

  it('is gone by one that was once shown all there was, and not by one that never was', () => {
    expect(isGoneBy(wordOf({ sawAllAt: at(50) }), sighting, true)).toBe(true)
    expect(isGoneBy(wordOf({}), sighting, true)).toBe(false)
  })
})
