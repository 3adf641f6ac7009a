import { describe, expect, it } from 'vitest'
import { overviewLines } from '../../../cli/plan/print-overview.ts'
import type { RetentionPolicy } from '../../../shared/domain/policy/policy.ts'
import { imageOf } from '../../shared/domain/retention/retention-world.ts'
import { planOf, smallHead } from './small-world.ts'

/** What the row of a repository says beyond its numbers. */
const endsOf = (tags: readonly string[], rules: Partial<RetentionPolicy>): string[] => {
  const plan = planOf(
    tags.map(tag => imageOf(tag)),
    rules,
  )
  const style = { columns: Number.POSITIVE_INFINITY, colours: false }
  const [, row = ''] = [...overviewLines(plan, smallHead, style, {})]
  return row.trim().split(/ {2,}/).slice(-2)
}

describe('the row of a repository', () => {
  it('names the oldest that is kept, also where that stands above the cut and another below it', () => {
    const tags = ['v3.2.0', 'v3.1.0', 'v3.0.0', 'v2.9.0', 'v2.8.0', 'v1.0.0']
    const semver = { majorVersions: 3, minorVersions: 1, patches: 1 }

    expect(endsOf(tags, { semver, keepTags: ['v3.1.0'] })).toEqual(['v3.0.0', 'v1.0.0'])
  })

  it('names both ends of one count, and which', () => {
    const tags = ['v1.0.0', 'v2.0.0-rc.1', 'v2.0.0-rc.2', 'v2.0.0-rc.3']

    expect(endsOf(tags, { keepRecent: 1 })).toEqual(['v2.0.0-rc.2', 'v2.0.0-rc.3 (pre-releases)'])
  })
})
