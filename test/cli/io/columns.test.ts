import { describe, expect, it } from 'vitest'
import { tableOf } from '../../../cli/io/columns.ts'
import { wrapped } from '../../../cli/io/text.ts'

const columns = [
  { title: 'WHEN' },
  { title: 'IMAGE', minWidth: 8, cut: 'start' as const },
  { title: 'WHY', minWidth: 5 },
]
const row = ['12:00', 'registry.example.com/team/app:v1', 'not among the newest of all of them']

describe('a table', () => {
  it.each([20, 40, 60, 80])('is never wider than a terminal of %i columns', width => {
    const lines = tableOf(columns, [row], { columns: width, colours: false })

    expect(lines.filter(line => line.length > width)).toEqual([])
  })

  it('cuts reasons at their end and names at their beginning', () => {
    const [, line] = tableOf(columns, [row], { columns: 40, colours: false })

    expect(line).toMatch(/^12:00 {2}….*app:v1 {2}not .*…$/)
  })

  it('leaves everything in a pipe', () => {
    const [, line] = tableOf(columns, [row], { columns: Number.POSITIVE_INFINITY, colours: false })

    expect(line).toBe(row.join('  '))
  })

  it('B27 lets no name move the cursor', () => {
    const [, line] = tableOf(columns, [['\u001b[2J', 'a\nb', '\u0007']], { columns: 80, colours: false })

    expect(line).toBe('?[2J  a?b    ?')
  })
})

describe('a column that is never cut', () => {
  const never = [
    { title: 'WHEN' },
    { title: 'WHO', below: 'by ' },
    { title: 'AMOUNT', align: 'end' as const },
    { title: 'WHY', minWidth: 12, below: 'because ' },
  ]
  const short = ['12:00', 'policy tidy', '7', 'not needed']
  const long = ['12:01', 'policy tidy', '12', 'not among the newest 3, not used within 30 days']
  const at = (columns: number) => tableOf(never, [short, long], { columns, colours: false })

  it('stands beside the others where it fits, and below its row where only that cell does not', () => {
    expect(at(45)).toEqual([
      'WHEN   WHO          AMOUNT  WHY',
      '12:00  policy tidy       7  not needed',
      '12:01  policy tidy      12\n    because not among the newest 3, not used\n    within 30 days',
    ])
  })

  it('stands below all rows where there is no room, the last of them first', () => {
    expect(at(30)[1]).toBe('12:00  policy tidy       7\n    because not needed')
    expect(at(20)[1]).toBe('12:00       7\n    by policy tidy\n    because not\n    needed')
  })

  it('stands whole in a pipe', () => {
    expect(at(Number.POSITIVE_INFINITY)[2]).toBe(`12:01  policy tidy      12  ${long[3]}`)
  })
})

describe('a wrapped text', () => {
  it('breaks at spaces, and a longer word stays whole', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrapped('a sha256:0123456789', 6)).toEqual(['a', 'sha256:0123456789'])
  })
})
