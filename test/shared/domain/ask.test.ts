import { describe, expect, it } from 'vitest'
import {
  askOf,
  askOfAnnotation,
  askOfReturn,
  isOfAnnotation,
  isOfCount,
  isOfReader,
  isWithin,
  notedAt,
} from '../../../shared/domain/ask.ts'

const asker = { uid: 'u', repository: 'h/p', credential: 'anonymous', requests: 5, generation: 7 }
const ask = askOf(asker)
const [reader = ''] = ask.split(':')

describe('an ask', () => {
  it('is another for each generation, of one reader all the same', () => {
    const next = askOf({ ...asker, generation: 70 })

    expect(isWithin(ask, next)).toBe(false)
    expect([isOfReader(ask, next), isOfCount(ask, next)]).toEqual([true, true])
    expect(isOfCount(ask, askOf({ ...asker, requests: 50 }))).toBe(false)
    expect(isOfReader(ask, askOf({ ...asker, credential: 'installation' }))).toBe(false)
  })

  it.each([askOfAnnotation(ask, '12'), askOfReturn(ask, '12')])('has %s come on top of it', later => {
    expect(isWithin(ask, later)).toBe(true)
    expect(isWithin(later, ask)).toBe(false)
  })

  it('tells an annotation from a return', () => {
    expect([ask, askOfAnnotation(ask, '12'), askOfReturn(ask, '12')].map(isOfAnnotation)).toEqual([false, true, false])
  })

  it.each([ask, askOfAnnotation(ask, '12'), askOfReturn(ask, '12')])('%s counts for a version before', noted => {
    // As that asks whether it was answered.
    expect(noted.startsWith(`${reader}:5.`)).toBe(true)
  })
})

it.each([
  [`${reader}:5`, `${reader}:5.g7`],
  [`${reader}:`, `${reader}:.g7`],
  [`${reader}:5.123`, `${reader}:5.g7.123`],
  [`${reader}:15.g9`, `${reader}:15.g9`],
  [`${reader}:.g9~1`, `${reader}:.g9~1`],
  ['.123', '.123'],
  [undefined, undefined],
])('reads %s in a status of generation 7 as %s', (noted, read) => {
  expect(notedAt(noted, 7)).toBe(read)
})
