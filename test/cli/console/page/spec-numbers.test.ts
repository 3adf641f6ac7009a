import { describe, expect, it } from 'vitest'
import { numbersOf, pathText, withNumber } from '../../../../cli/console/page/policies/spec-numbers.ts'

const spec = {
  keepRecent: 3,
  semver: { minorVersions: 2 },
  maxDeletionPercent: 50,
  rules: [{ tags: ['dev-*'], keepDays: 7 }, { tags: ['v*'], semver: { patches: 1 } }, 'odd'],
}

describe('the numbers of a policy', () => {
  it('are those that keep and those that limit, its own even where it does not name them, of its rules those they name', () => {
    const found = numbersOf(spec).map(({ path, value }) => [pathText(path), value])

    expect(found).toEqual([
      ['keepRecent', 3],
      ['unusedDays', undefined],
      ['keepDays', undefined],
      ['semver.minorVersions', 2],
      ['maxDeletionsPerRun', undefined],
      ['maxDeletionPercent', 50],
      ['rules[0].keepDays', 7],
      ['rules[1].semver.patches', 1],
    ])
  })

  it('change in a copy, wherever they stand, and go where nothing is typed', () => {
    const before = structuredClone(spec)
    const changed = withNumber(withNumber(spec, ['rules', '1', 'semver', 'patches'], 5), ['keepRecent'], undefined)

    expect(changed).toEqual({
      semver: { minorVersions: 2 },
      maxDeletionPercent: 50,
      rules: [{ tags: ['dev-*'], keepDays: 7 }, { tags: ['v*'], semver: { patches: 5 } }, 'odd'],
    })
    expect(spec).toEqual(before)
  })
})
