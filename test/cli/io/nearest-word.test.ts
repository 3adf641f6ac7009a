import { expect, it } from 'vitest'
import { nearestWord } from '../../../cli/io/nearest-word.ts'

const commands = ['start', 'plan', 'explain', 'history', 'pause', 'resume', 'restore']

it.each([
  ['plam', 'plan'],
  ['xplain', 'explain'],
  ['palns', 'plan'],
  ['strat', 'start'],
  ['resotre', 'restore'],
  ['', 'plan'],
])('%j is nearest to %s', (typed, nearest) => {
  expect(nearestWord(typed, commands)).toBe(nearest)
})

it('names none of none', () => {
  expect(nearestWord('plan', [])).toBeUndefined()
})
