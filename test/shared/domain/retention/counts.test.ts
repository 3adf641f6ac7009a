import { describe, expect, it } from 'vitest'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { judged } from './judge-for-test.ts'
import { daysAgo, digestOf, imageOf, keptTags, now, policyOf, pushedInOrder } from './retention-world.ts'

const keptBy = (tags: string, rules: Partial<RetentionPolicy>): string =>
  keptTags(judged({ images: pushedInOrder(tags), policies: [policyOf(rules)] }))
    .sort()
    .join(' ')

describe('14, 15: keepRecent', () => {
  it('I13 development builds never push a release out', () => {
    expect(keptBy('1.0.0 1.1.0-dev.1 1.1.0-dev.2 1.1.0-dev.3 main-3f9c2ab', { keepRecent: 1 })).toBe(
      '1.0.0 1.1.0-dev.3 main-3f9c2ab',
    )
  })

  it('I10 goes by version and not by name or push, which only decides between equal versions', () => {
    expect(keptBy('v1.10.0 v1.9.0 v1.9.1', { keepRecent: 1 })).toBe('v1.10.0')
    expect(keptBy('1.0.0 v1.0.0 1.0.0_2', { keepRecent: 1 })).toBe('1.0.0_2')
  })

  it('keeps all that nobody can tell from the last one: equal versions of one push', () => {
    const images = [
      imageOf('1.0', { digest: digestOf('b') }),
      imageOf('v1.0', { digest: digestOf('a') }),
      imageOf('0.9'),
    ]

    expect(keptTags(judged({ images, policies: [policyOf({ keepRecent: 1 })] }))).toEqual(['v1.0', '1.0'])
  })

  it('of one push time, goes by created, and keeps what has none that counts', () => {
    const created = (tag: string, createdAt?: Date) => imageOf(tag, createdAt === undefined ? {} : { createdAt })
    const images = [created('x-1', daysAgo(2)), created('x-2', daysAgo(3)), created('x-3', daysAgo(4))]
    const policies = [policyOf({ keepRecent: 1 })]

    expect(keptTags(judged({ images, policies }))).toEqual(['x-1'])
    expect(keptTags(judged({ images: [...images, created('x-4')], policies }))).toEqual(['x-4'])
    expect(keptTags(judged({ images: [...images, created('x-5', new Date(0))], policies }))).toEqual(['x-5'])
    expect(keptTags(judged({ images: [...images, created('x-6', daysAgo(-1))], policies }))).toEqual(['x-6'])
  })

  it('14: other tags are counted apart by their stem, and mere names as one', () => {
    const tags = 'main-3f9c2ab main-77d01e2 PR-17 pr-18 nightly-20260101 20260101 20260102 3f9c2ab one two'

    expect(keptBy(tags, { keepRecent: 1 })).toBe('3f9c2ab main-77d01e2 nightly-20260101 pr-18 two')
  })

  it('14: a capture of groupBy that takes no part is the empty group', () => {
    expect(keptBy('api-1.0 1.1 1.2 x-2.0', { keepRecent: 1, groupBy: '^(api-)?' })).toBe('1.2 api-1.0 x-2.0')
  })

  it('counts protected images too', () => {
    const images = [imageOf('v1'), imageOf('v2'), imageOf('v3', { pushedAt: daysAgo(0) })]

    expect(keptTags(judged({ images, policies: [policyOf({ keepRecent: 2 })] }))).toEqual(['v2', 'v3'])
  })

  it('0 keeps nothing, floating tags neither', () => {
    expect(keptBy('1.0.0 latest', { keepRecent: 0 })).toBe('')
  })

  it('20: keeps no untagged image', () => {
    const images = [imageOf([], { digest: digestOf('untagged') })]

    expect(judged({ images, policies: [policyOf({ keepRecent: 5 })] }).totals.kept).toBe(0)
  })

  it('the first capture of groupBy, or its whole match, is counted apart, and what follows is ordered', () => {
    expect(keptBy('api-1.9 api-1.10 web-2.0 web-1.0 3.0', { keepRecent: 1, groupBy: '^([a-z]+)-' })).toBe(
      '3.0 api-1.10 web-2.0',
    )
    expect(keptBy('api-1.9 api-1.10 api-latest', { keepRecent: 1, groupBy: '^api-' })).toBe('api-1.10 api-latest')
  })
})

describe('16: semver', () => {
  const tags = '1.0.0 1.0.1 1.1.0 2.0.0 2.0.0-rc.1 2.1.0 2.1.1 2.1.1.1 2.1.1-alpine 3.0.0-rc.1 3.0.0-rc.2 feature-x'

  it.each([
    [{ majorVersions: 1 }, '2.0.0 2.1.0 2.1.1 2.1.1-alpine 2.1.1.1 3.0.0-rc.1 3.0.0-rc.2'],
    [{ minorVersions: 1 }, '1.1.0 2.0.0-rc.1 2.1.0 2.1.1 2.1.1-alpine 2.1.1.1 3.0.0-rc.1 3.0.0-rc.2'],
    [{ patches: 1 }, '1.0.1 1.1.0 2.0.0 2.0.0-rc.1 2.1.1-alpine 2.1.1.1 3.0.0-rc.2'],
    [{ majorVersions: 2, minorVersions: 1, patches: 1 }, '1.1.0 2.0.0-rc.1 2.1.1-alpine 2.1.1.1 3.0.0-rc.2'],
  ])('%j keeps %s', (semver, kept) => {
    expect(keptBy(tags, { semver })).toBe(kept)
  })

  it('digests of one patch stay or go together', () => {
    expect(keptBy('1.0.0 v1.0.0 1.0.0_1 1.0.1 v1.0.1', { semver: { patches: 1 } })).toBe('1.0.1 v1.0.1')
  })

  it('in a minor a digest counts once, as the best that it is there', () => {
    const images = [imageOf('1.0.3 1.0.2'), imageOf('1.0.1'), imageOf('1.0.0')]

    expect(keptTags(judged({ images, policies: [policyOf({ semver: { patches: 2 } })] })).sort()).toEqual(
      '1.0.1 1.0.2 1.0.3'.split(' '),
    )
  })

  it('keeps the pre-releases that nobody can tell from the last patch', () => {
    const images = [imageOf('1.0.0-3f9c2ab'), imageOf('1.0.0-77d01e2'), imageOf('1.0.0-1234567')]

    expect(judged({ images, policies: [policyOf({ semver: { patches: 1 } })] }).totals.kept).toBe(3)
  })

  it('an empty window is unlimited, and keeps floating tags but no other ones', () => {
    expect(keptBy('1.0.0 1.0.1-rc.1 latest feature-x', { semver: {} })).toBe('1.0.0 1.0.1-rc.1 latest')
  })
})

describe('17 to 19: floating tags and time', () => {
  it('17: with time rules alone, time decides about a floating tag', () => {
    expect(keptBy('latest', { unusedDays: 30 })).toBe('')
    expect(keptBy('latest', { unusedDays: 30, keepRecent: 1 })).toBe('latest')
  })

  it.each(['pulledAt', 'retaggedAt', 'seenRunningAt'] as const)('18: I9, I11 %s is a use, the edge included', field => {
    const policies = [policyOf({ unusedDays: 7 })]
    const kept = (time: Date) => judged({ images: [imageOf('v1', { [field]: time })], policies }).totals.kept

    expect(kept(daysAgo(7))).toBe(1)
    expect(kept(new Date(daysAgo(7).getTime() - 1))).toBe(0)
    expect(kept(daysAgo(-7))).toBe(1)
    expect(kept(new Date(0))).toBe(0)
  })

  it('19: keeps what was pushed within the days, the edge included', () => {
    const images = [
      imageOf('edge', { pushedAt: daysAgo(7) }),
      imageOf('old', { pushedAt: new Date(daysAgo(7).getTime() - 1), pulledAt: now }),
    ]

    expect(keptTags(judged({ images, policies: [policyOf({ keepDays: 7 })] }))).toEqual(['edge'])
  })
})

describe('2: several policies', () => {
  it('keep what any of them keeps, and the reason names the one', () => {
    const policies = [
      { ...policyOf({ keepRecent: 1 }), name: 'few' },
      { ...policyOf({ keepDays: 1, keepTags: ['v1'] }), name: 'pinned' },
    ]

    const judgement = judged({ images: pushedInOrder('v1 v2 v3'), policies })

    expect(judgement.decisions.map(one => [one.tags[0], one.reason])).toEqual([
      ['v1', 'matches keepTags v1 (policy pinned)'],
      ['v2', 'not among the newest 1 (policy few); not pushed within 1 day (policy pinned)'],
      ['v3', 'among the newest 1 releases (policy few)'],
    ])
  })
})
