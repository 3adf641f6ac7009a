import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePathGlob } from '../../../shared/domain/path-glob.ts'
import { growthOf } from '../../support/growth.ts'

const cases: [glob: string, matches: string[], others: string[]][] = [
  ['**', ['a', 'a/b', 'a/b/c'], ['', '/', 'a/', '/a', 'a//b']],
  ['*', ['a', 'team-a'], ['a/b', '']],
  ['a/**', ['a/b', 'a/b/c'], ['a', 'ab', 'ab/c', 'b/a/c']],
  ['a/*', ['a/b', 'a/bc'], ['a', 'a/b/c', 'b/b']],
  ['team-*/**', ['team-a/app', 'team-a/app/web'], ['team-a', 'team/app', 'x/team-a/app']],
  ['*-team/app', ['a-team/app'], ['a-team/app/web', 'a/b-team/app']],
  ['a*b/c', ['ab/c', 'axxb/c'], ['a/b/c', 'ab']],
  ['**/app', ['x/app', 'x/y/app'], ['app', 'x/app/y', 'x/myapp']],
  ['a/**/z', ['a/b/z', 'a/b/c/z', 'a/z/z'], ['a/z', 'a/b/z/c']],
  ['a/**/m/*/**/z', ['a/b/m/c/d/z', 'a/m/m/m/m/z'], ['a/m/c/d/z', 'a/b/m/c/z', 'a/b/m/d/z/y']],
  ['**/**', ['a/b', 'a/b/c'], ['a']],
  ['library/nginx', ['library/nginx'], ['library/nginx2', 'library', 'library/nginx/x']],
  ['a.b/c', ['a.b/c'], ['axb/c']],
]

describe('compilePathGlob', () => {
  it.each(cases)('reads %s', (glob, matches, others) => {
    const isMatch = compilePathGlob(glob)

    expect(matches.filter(path => !isMatch(path))).toEqual([])
    expect(others.filter(isMatch)).toEqual([])
  })

  it.each([
    ['', 'got an empty text'],
    ['a//b', 'a segment is empty'],
    ['/a', 'a segment is empty'],
    ['a/', 'a segment is empty'],
    ['team-**', '** must stand alone between slashes, not in "team-**"'],
    ['a/***/b', '** must stand alone between slashes, not in "***"'],
    ['Team/app', '"T" can never occur in a repository path'],
    ['host:5000/app', '":" can never occur in a repository path'],
    ['a/b?', '"?" can never occur in a repository path'],
    ['{namespace}/**', '"{" can never occur in a repository path'],
    ['a/b\n', '"\\n" can never occur in a repository path'],
  ])('refuses %j and says why', (glob, why) => {
    expect(() => compilePathGlob(glob)).toThrow(why)
  })

  it('agrees with trying every way in which the segments could be shared out', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '**')
    const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'ba'), { minLength: 1, maxLength: 6 })

    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), path, (glob, segments) => {
        expect(compilePathGlob(glob.join('/'))(segments.join('/'))).toBe(matchesByTrying(glob, segments))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['many ** in a row', (n: number) => [`${'**/a/'.repeat(n / 16)}b`, `${'a/'.repeat(n)}c`]],
    ['many * in one segment', (n: number) => [`${'a*'.repeat(n / 16)}b`, 'a'.repeat(n)]],
    ['both', (n: number) => [`${'**/a*a*a*b/'.repeat(n / 64)}x`, `${'aaaa/'.repeat(n)}y`]],
  ])('takes no more than linear time for %s', (_, worldOf) => {
    const lookAt = (n: number) => {
      const [glob = '', path = ''] = worldOf(n)
      const isMatch = compilePathGlob(glob)
      return () => isMatch(path)
    }

    expect(growthOf(lookAt(20_000), lookAt(80_000))).toBeLessThan(12)
  })
})

function matchesByTrying(glob: readonly string[], segments: readonly string[]): boolean {
  const [first, ...rest] = glob
  if (first === undefined) return segments.length === 0
  if (segments[0] === undefined) return false
  if (first === '**') return segments.some((_, at) => matchesByTrying(rest, segments.slice(at + 1)))
  return new RegExp(`^${first.replaceAll('*', '.*')}$`).test(segments[0]) && matchesByTrying(rest, segments.slice(1))
}
