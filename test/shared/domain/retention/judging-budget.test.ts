import { describe, expect, it } from 'vitest'
import { judgingBudget, judgingCost, requireJudgingBudget } from '../../../../shared/domain/retention/judging-budget.ts'

const none = { keepTags: [], exclude: [] }
const million = { tags: 1_000_000, characters: 20_000_000 }

describe('B34 what it takes to judge by a policy', () => {
  it.each([
    ['nothing to match', none],
    ['a pattern as people write them', { ...none, groupBy: '^(api|web)-' }],
    ['twenty globs', { ...none, keepTags: Array.from({ length: 20 }, (_, at) => `v${at}.*`) }],
  ])('is within its budget for a million tags and %s', (_, policy) => {
    expect(() => requireJudgingBudget(policy, million)).not.toThrow()
  })

  it.each([
    ['a pattern of hundreds of steps', { ...none, groupBy: '(?i)([a-z0-9._-]{0,40}){3}$' }],
    ['five thousand globs', { ...none, rules: Array.from({ length: 50 }, () => ({ tags: Array(100).fill('*ab*') })) }],
  ])('is above it for a million tags and %s, with the numbers', (_, policy) => {
    expect(() => requireJudgingBudget(policy, million)).toThrow(
      /at most 2,500,000,000 steps for 1,000,000 tags, got [0-9,]+: write a smaller groupBy/,
    )
    expect(() => requireJudgingBudget(policy, { tags: 100, characters: 2000 })).not.toThrow()
  })

  it('grows as the tags, and as the patterns', () => {
    const policy = { ...none, groupBy: '^(api|web)-', keepTags: ['*ab*cd*'] }
    const cost = judgingCost(policy, million)

    expect(judgingCost(policy, { tags: 2_000_000, characters: 40_000_000 })).toBe(2 * cost)
    expect(judgingCost({ ...policy, keepTags: ['*ab*cd*', '*ab*cd*'] }, million)).toBeGreaterThan(cost)
    expect(cost).toBeLessThan(judgingBudget)
  })
})
