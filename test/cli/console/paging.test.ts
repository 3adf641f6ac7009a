import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pageOf } from '../../../cli/console/paging.ts'

const nameOf = (item: string) => item

it('gives each item of a list once, in its order, and ends', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 9 }), (items, limit) => {
      const seen: string[] = []
      let page = pageOf(items, nameOf, { limit })
      seen.push(...page.items)
      while (page.next !== undefined) {
        page = pageOf(items, nameOf, { limit, cursor: page.next })
        expect(page.items.length).toBeGreaterThan(0)
        seen.push(...page.items)
      }
      expect(seen).toEqual(items)
    }),
  )
})

it('goes on behind the name where the list has grown or shrunk before it, and at the place where the name is gone', () => {
  const { next } = pageOf(['a', 'b', 'c', 'd'], nameOf, { limit: 2 })
  const rest = (items: string[]) =>
    pageOf(items, nameOf, { limit: 9, ...(next !== undefined && { cursor: next }) }).items

  expect(rest(['0', 'a', 'b', 'c', 'd'])).toEqual(['c', 'd'])
  expect(rest(['b', 'c', 'd'])).toEqual(['c', 'd'])
  expect(rest(['a', 'c', 'd'])).toEqual(['c', 'd'])
})
