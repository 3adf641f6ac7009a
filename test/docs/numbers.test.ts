import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rootPath } from '../support/imports.ts'
import { filesOf, readBook } from './books.ts'

const code = filesOf('{cli,functions,infra,shared,test}/**/*.{ts,yaml}').filter(path => !path.startsWith('test/docs/'))
const retention = readBook('docs/retention.md').headings.flatMap(title => /^(\d+)\. /.exec(title)?.[1] ?? [])
const faults = readBook('docs/faults.md').headings.filter(title => /^[FBIT]\d+$/.test(title))

interface Citation {
  readonly path: string
  readonly number: string
}

const citations = (pattern: RegExp, numbersOf: (found: string) => readonly string[]): Citation[] =>
  code.flatMap(path =>
    [...readFileSync(rootPath(path), 'utf8').matchAll(pattern)].flatMap(([, found = '']) =>
      numbersOf(found).map(number => ({ path, number })),
    ),
  )

/** `14 to 17` names its ends alone: what lies between is there when these are and no number is left out. */
const everyNumber = (text: string): readonly string[] => text.match(/\d+/g) ?? []

const countUp = (last: number): string[] => Array.from({ length: last }, (_, at) => `${at + 1}`)

describe('the numbers', () => {
  it('of retention that code and tests cite have a heading', () => {
    const cited = citations(/\bretention(?: rules?)? (\d+(?:(?:, | to | and )\d+)*)/g, everyNumber)

    const missing = cited.filter(({ number }) => !retention.includes(number))

    expect(cited.length).toBeGreaterThan(20)
    expect(missing).toEqual([])
  })

  it('of faults, bad inputs, incidents and tenants that code and tests cite have a heading', () => {
    const cited = citations(/(?<![\w-])([FBIT][1-9]\d?)(?![\w-])/g, number => [number])

    const missing = cited.filter(({ number }) => !faults.includes(number))

    expect(cited.length).toBeGreaterThan(300)
    expect(missing).toEqual([])
  })

  it('with which names of tests begin have a heading, in whatever form they are', () => {
    const begun = citations(/(?:it|describe|test)(?:\.\w+)?\(\s*['"`]([A-Z]{1,2}-?\d+)\b/g, number => [number])

    const missing = begun.filter(({ number }) => !faults.includes(number))

    expect(begun.length).toBeGreaterThan(100)
    expect(missing).toEqual([])
  })

  it('of retention stand in order, none left out', () => {
    expect(retention.toSorted((a, b) => Number(a) - Number(b))).toEqual(countUp(retention.length))
  })

  it.each(['F', 'B', 'I', 'T'])('%s stand in order, each once', letter => {
    const own = faults.filter(title => title.startsWith(letter)).map(title => Number(title.slice(1)))

    expect(own).toEqual([...new Set(own)].sort((a, b) => a - b))
  })
})
