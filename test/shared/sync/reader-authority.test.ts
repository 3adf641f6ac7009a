import { describe, expect, it } from 'vitest'
import { type Authority, isGoneBy } from '../../../shared/sync/reader-authority.ts'
import { at } from '../../support/records.ts'

const authorityOf = (said: Partial<Exclude<Authority, string>>): Authority => ({
  credential: 'eu-1/evil',
  hasRead: true,
  others: [{ credential: 'installation', lastSucceededAt: at(50) }],
  othersAgree: false,
  ...said,
})

describe('T5 what a sweep or a restore recorded', () => {
  const sighting = { name: 'v1', at: at(100) }

  it('is not gone by a credential that sees a part only, while the installation reads it too', () => {
    expect(isGoneBy(authorityOf({}), sighting, true)).toBe(false)
    expect(isGoneBy(authorityOf({ sawAllAt: at(50) }), sighting, true)).toBe(false)
  })

  it('is gone by the credential of the installation, which it was recorded with', () => {
    const authority = authorityOf({ credential: 'installation', others: [{ credential: 'eu-1/evil' }] })

    expect(isGoneBy(authority, sighting, true)).toBe(true)
  })

  it('is gone by the only one that reads it', () => {
    expect(isGoneBy(authorityOf({ others: [] }), sighting, true)).toBe(true)
  })
})

describe('T5 what a credential recorded that has ended', () => {
  const sighting = { name: 'v1', seenBy: 'eu-1/ended', at: at(100) }

  it('is not gone by one of those that read the repository, though it was once shown all there was', () => {
    expect(isGoneBy(authorityOf({}), sighting, true)).toBe(false)
    expect(isGoneBy(authorityOf({ sawAllAt: at(50) }), sighting, true)).toBe(false)
  })

  it('is gone when it was denied to all of them since', () => {
    const deniedAt = (seconds: number) => [
      { credential: 'installation', lastSucceededAt: at(seconds), denied: ['v1'] as const },
    ]

    expect(isGoneBy(authorityOf({ others: deniedAt(150) }), sighting, true)).toBe(true)
    expect(isGoneBy(authorityOf({ others: deniedAt(50) }), sighting, true)).toBe(false)
  })
})
