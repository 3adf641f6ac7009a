import { expect, it } from 'vitest'
import { ruleNames } from '../../shared/domain/retention/rules.ts'
import { readBook } from './books.ts'

const { text, headings } = readBook('docs/retention.md')

/** The lines of the table in 2: the rule, and the numbers that say what it means. */
const lines = [...text.matchAll(/^\| `([\w-]+)` +\|.*\|([^|]*)\|$/gm)].map(([, rule = '', numbers = '']) => ({
  rule,
  numbers: [...numbers.matchAll(/\[(\d+)\]/g)].map(([, number]) => number),
}))

it('the book of retention names exactly the rules, in the order of reports', () => {
  expect(lines.map(({ rule }) => rule)).toEqual([...ruleNames, 'none'])
})

it('each rule has a number under which the book says what it means', () => {
  const numbered = headings.flatMap(title => /^(\d+)\. /.exec(title)?.[1] ?? [])

  for (const { rule, numbers } of lines.slice(0, -1)) {
    expect(numbers, rule).not.toEqual([])
    expect(numbered, rule).toEqual(expect.arrayContaining(numbers))
  }
})
