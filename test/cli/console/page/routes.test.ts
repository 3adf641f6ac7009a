import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOf, parseRoute } from '../../../../cli/console/page/routes.ts'

describe('addresses of pages', () => {
  it('bring back what they were made of, whatever a name holds', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(text, fc.dictionary(fc.constantFrom('action', 'image', 'since'), text), (about, query) => {
        expect(parseRoute(addressOf('history', about, query))).toEqual({ page: 'history', about, query: { ...query } })
      }),
    )
  })

  it('leave out what does not narrow', () => {
    expect(addressOf('history', '', { action: '', since: undefined, image: 'a:1' })).toBe('#/history?image=a%3A1')
  })

  it('are the overview where there is none, and hold a lone percent sign', () => {
    expect(parseRoute('')).toEqual({ page: 'overview', about: '', query: {} })
    expect(parseRoute('#/image/100%')).toEqual({ page: 'image', about: '100%', query: {} })
  })
})
