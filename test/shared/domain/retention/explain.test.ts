import { describe, expect, it } from 'vitest'
import { otherwiseOf } from '../../../../shared/domain/retention/explain/otherwise.ts'
import { ranksOf } from '../../../../shared/domain/retention/explain/rank.ts'
import { saversOf } from '../../../../shared/domain/retention/explain/savers.ts'
import { questionOf } from './explain-question.ts'
import { daysAgo, digestOf, imageOf, indexType, policyOf, pushedInOrder, usageOf } from './retention-world.ts'

describe('the place of an image in its counts', () => {
  it('is told for each count that one of its tags is in, best first', () => {
    const images = [
      imageOf('1.0.0 1.0.0-alpine'),
      imageOf('1.1.0'),
      imageOf('1.2.0'),
      imageOf('2.0.0-rc.1'),
      imageOf('0.9.0-alpine'),
    ]

    const ranks = ranksOf(questionOf('1.0.0', images, policyOf({ keepRecent: 1 })))

    expect(ranks).toEqual([
      { tag: '1.0.0-alpine', count: 'releases of variant alpine', place: 1, of: 2, equal: 0, kept: 1 },
      { tag: '1.0.0', count: 'releases', place: 3, of: 3, equal: 0, kept: 1 },
    ])
  })

  it('15: counts two tags on one image once, at the higher version', () => {
    const images = [imageOf('v1 v2'), imageOf('v3'), imageOf('v4')]

    const ranks = ranksOf(questionOf('v1', images, policyOf({ keepRecent: 1 })))

    expect(ranks).toEqual([{ tag: 'v2', count: 'releases', place: 3, of: 3, equal: 0, kept: 1 }])
  })

  it('14: is counted by group', () => {
    const images = [imageOf('api-1.0.0'), imageOf('api-1.1.0'), imageOf('web-9.0.0')]

    const ranks = ranksOf(questionOf('api-1.0.0', images, policyOf({ keepRecent: 1, groupBy: '^(api|web)-' })))

    expect(ranks).toEqual([{ tag: 'api-1.0.0', count: 'releases of group api', place: 2, of: 2, equal: 0, kept: 1 }])
  })

  it('17: is none for a floating tag, an untagged image and a referrer', () => {
    const signature = imageOf('1.0.1', { subject: digestOf('1.0.0') })
    const images = [imageOf('1.0.0'), imageOf('latest'), imageOf('', { digest: digestOf('child') }), signature]
    const policy = policyOf({ keepRecent: 1 })

    expect(ranksOf(questionOf('latest', images, policy))).toEqual([])
    expect(ranksOf(questionOf('child', images, policy))).toEqual([])
    expect(ranksOf(questionOf('1.0.1', images, policy))).toEqual([])
  })
})

describe('what saves an image', () => {
  it('is the least keepRecent that reaches its place, or a keepTags of its tag', () => {
    const images = pushedInOrder('1.0.0 1.0.1 1.0.2 1.0.3')

    const savers = saversOf(questionOf('1.0.1', images, policyOf({ keepRecent: 1 })))

    expect(savers).toEqual([
      { how: 'keepRecent', from: 1, to: 3 },
      { how: 'keepTags', tag: '1.0.1' },
    ])
  })

  it('is each number of the policy that can be raised far enough', () => {
    const images = [
      imageOf('1.0.0', { pushedAt: daysAgo(40), pulledAt: daysAgo(10) }),
      imageOf('2.0.0'),
      imageOf('3.0.0'),
    ]
    const policy = policyOf({ unusedDays: 7, keepDays: 14, semver: { majorVersions: 1, patches: 1 } })

    const savers = saversOf(questionOf('1.0.0', images, policy))

    expect(savers).toEqual([
      { how: 'majorVersions', from: 1, to: 3 },
      { how: 'unusedDays', from: 7, to: 10 },
      { how: 'keepDays', from: 14, to: 40 },
      { how: 'keepTags', tag: '1.0.0' },
    ])
  })

  it('is what keeps its index where an untagged child is to be deleted', () => {
    const child = imageOf('', { digest: digestOf('child') })
    const images = [imageOf('1.0.0', { mediaType: indexType, children: [child.digest] }), child, imageOf('1.0.1')]

    const savers = saversOf({ ...questionOf('1.0.0', images, policyOf({ keepRecent: 1 })), digest: child.digest })

    expect(savers.map(({ how }) => how)).not.toContain('keepTags')
  })

  it('is nothing for what is kept, or too old for any number', () => {
    const images = [
      imageOf('1.0.0', { pushedAt: daysAgo(4000) }),
      imageOf('', { digest: digestOf('old'), pushedAt: daysAgo(4000) }),
    ]

    expect(saversOf(questionOf('1.0.0', images, policyOf({ keepRecent: 1 })))).toEqual([])
    expect(saversOf(questionOf('old', images, policyOf({ unusedDays: 1 })))).toEqual([])
  })
})

describe('what follows once a rule ends', () => {
  const images = [imageOf('1.0.0', { pushedAt: daysAgo(2) }), imageOf('2.0.0')]
  const otherwise = (question: ReturnType<typeof questionOf>) => {
    const decision = question.answer()
    return decision && otherwiseOf(question, decision)
  }

  it('18, 19: is dated by the edge of the time rule', () => {
    const used = otherwise(questionOf('1.0.0', images, policyOf({ unusedDays: 7 })))
    const pushed = otherwise(questionOf('1.0.0', images, policyOf({ keepDays: 7 })))

    expect(used).toMatchObject({ after: 'time', until: daysAgo(-5), decision: { verdict: 'delete' } })
    expect(pushed).toMatchObject({ after: 'time', until: daysAgo(-5), decision: { verdict: 'delete' } })
  })

  it('6: ends the grace and tells the rule that comes then', () => {
    const policy = policyOf({ keepRecent: 1, unusedDays: 30, gracePeriodMs: 3 * 86_400_000 })

    const after = otherwise(questionOf('1.0.0', images, policy))

    expect(after).toMatchObject({ until: new Date(daysAgo(-1).getTime() - 1), decision: { rule: 'unusedDays' } })
  })

  it('3: tells what would become of it without its workloads', () => {
    const after = otherwise(
      questionOf('1.0.0', images, policyOf({ keepRecent: 1 }), usageOf('registry.example.com/app:1.0.0')),
    )

    expect(after).toMatchObject({ after: 'use', decision: { verdict: 'delete', reason: 'not among the newest 1' } })
  })

  it('is not dated where a child keeps its index longer', () => {
    const child = imageOf('', { digest: digestOf('child'), pushedAt: daysAgo(1) })
    const index = imageOf('1.0.0', { mediaType: indexType, children: [child.digest], pushedAt: daysAgo(3) })

    const after = otherwise(questionOf('1.0.0', [index, child], policyOf({ unusedDays: 7 })))

    expect(after).toBeUndefined()
  })

  it('is nothing for other rules and for what is to be deleted', () => {
    expect(otherwise(questionOf('2.0.0', images, policyOf({ keepRecent: 1 })))).toBeUndefined()
    expect(otherwise(questionOf('1.0.0', images, policyOf({ keepRecent: 1 })))).toBeUndefined()
  })
})
