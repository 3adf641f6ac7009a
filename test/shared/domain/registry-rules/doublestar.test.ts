import { describe, expect, it } from 'vitest'
import { compileDoublestar } from '../../../../shared/domain/registry-rules/doublestar.ts'
import { InvalidInputError } from '../../../../shared/errors.ts'

describe('a pattern of Harbor', () => {
  it.each([
    ['**', 'v1', true],
    ['**', 'a/b/c', true],
    ['', 'anything', true],
    ['v1', 'v1', true],
    ['v1', 'v10', false],
    ['v*', 'v1.2', true],
    ['v*', 'w1', false],
    ['*', 'a/b', false],
    ['v1.?', 'v1.2', true],
    ['v1.?', 'v1.23', false],
    ['v1.2', 'v1x2', false],
    ['{v*,release-*}', 'release-7', true],
    ['{v*,release-*}', 'main', false],
    ['{**}', 'main', true],
    ['a,b', 'a,b', true],
    ['v[0-9]', 'v7', true],
    ['v[^0-9]', 'v7', false],
    ['v[!0-9]', 'vx', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['**/app', 'app', true],
    ['**/app', 'team/sub/app', true],
    ['team/**', 'team/sub/app', true],
    ['release-**', 'release-1', true],
    ['release**', 'release/1', false],
  ])('%s and %s', (pattern, text, matches) => {
    expect(compileDoublestar(pattern)(text)).toBe(matches)
  })

  it.each(['{a', 'a}', '[a', 'a\\', '[z-a]'])('%s is refused', pattern => {
    expect(() => compileDoublestar(pattern)).toThrow(InvalidInputError)
  })
})
