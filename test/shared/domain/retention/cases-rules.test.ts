import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy, TagRule } from '../../../../shared/domain/policy/policy.ts'
import { type Case, checkCases, digestNamed, inOrder, tagCase, untagged } from './case.ts'
import { daysAgo, imageOf, indexType } from './retention-world.ts'

const byRules = (
  name: string,
  images: readonly Image[],
  rules: readonly TagRule[],
  kept: string,
  more: Partial<RetentionPolicy> = {},
): Case => tagCase(name, images, { ...more, rules }, kept)

const releases: TagRule = { tags: ['v*'], keepRecent: 1 }
const previews: TagRule = { tags: ['pr-*'], keepDays: 7 }
const young = (tags: string): Image => imageOf(tags, { pushedAt: daysAgo(3) })
const nothing = 'nothing-*'

const tagRuleCases: readonly Case[] = [
  byRules('25: each rule its own kind', [...inOrder('v1 v2 pr-1'), young('pr-2')], [releases, previews], 'v2 pr-2'),
  byRules(
    '25: the first that matches applies',
    inOrder('v1 v2'),
    [
      { tags: ['v1'], keepDays: 1 },
      { tags: ['v*'], keepRecent: 2 },
    ],
    'v2',
  ),
  byRules(
    '25: also where a later one keeps more',
    inOrder('v1 v2 v3'),
    [releases, { tags: ['*'], keepRecent: 9 }],
    'v3',
  ),
  byRules('25: any of its globs', inOrder('a-1 a-2 b-1 b-2'), [{ tags: ['a-*', 'b-?'], keepRecent: 1 }], 'a-2 b-2'),
  byRules('25: what none matches is the policy’s', inOrder('v1 v2 v3 pr-1 x-1 x-2'), [previews], 'v3 x-2', {
    keepRecent: 1,
  }),
  byRules('25: and counted apart from the rules', inOrder('1.0.0 v2.0.0'), [releases], '1.0.0 v2.0.0', {
    keepRecent: 1,
  }),
  byRules(
    '25: counts of two rules are apart',
    inOrder('1.0.0 2.0.0 v3.0.0 v4.0.0'),
    [releases, { tags: ['?.*'], keepRecent: 1 }],
    '2.0.0 v4.0.0',
  ),
  byRules(
    '25: globs of one rule are one count',
    inOrder('1.0.0 v2.0.0'),
    [{ tags: ['1*', 'v*'], keepRecent: 1 }],
    'v2.0.0',
  ),
  byRules('25: the policy’s fields do not reach what a rule applies to', inOrder('pr-1 pr-2'), [previews], '', {
    keepRecent: 5,
  }),
  byRules('25: nor its time rules', [young('pr-1')], [{ tags: ['pr-*'], keepRecent: 0 }], '', { keepDays: 30 }),
  byRules(
    '25: a rule has its own groupBy',
    inOrder('a-2.0.0 b-1.0.0'),
    [{ tags: ['*-*'], keepRecent: 1, groupBy: '^([a-z])-' }],
    'a-2.0.0 b-1.0.0',
  ),
  byRules(
    '25: semver of a rule',
    inOrder('v1.0.0 v2.0.0 x-1'),
    [{ tags: ['v*'], semver: { majorVersions: 1 } }],
    'v2.0.0',
    { keepDays: 1 },
  ),
  byRules(
    '25, 17: a floating tag by the rule that applies to it',
    inOrder('latest main'),
    [{ tags: ['latest'], keepRecent: 1 }],
    'latest',
    { keepDays: 1 },
  ),
  byRules(
    '25, 17: not where that has time rules alone',
    inOrder('latest main'),
    [{ tags: ['latest'], keepDays: 1 }],
    'main',
    { keepRecent: 1 },
  ),
  byRules(
    '25: any of several kinds keeps',
    inOrder('v1,pr-1 v2'),
    [releases, { tags: ['pr-*'], keepRecent: 1 }],
    'v1 pr-1 v2',
  ),
  byRules(
    '25: time rules of every rule that applies to a tag',
    [young('v1 pr-1'), imageOf('v2')],
    [releases, previews],
    'v1 pr-1 v2',
  ),
  byRules(
    '25: unusedDays of a rule',
    [imageOf('pr-1', { pulledAt: daysAgo(7) }), imageOf('pr-2', { pulledAt: daysAgo(8) })],
    [{ tags: ['pr-*'], unusedDays: 7 }],
    'pr-1',
  ),
  byRules('25: globs keep their case', inOrder('V1 v2 v3'), [releases], 'v3 V1'),
  byRules('25: keepTags stands above', inOrder('v1 v2'), [releases], 'v1 v2', { keepTags: ['v1'] }),
  byRules('25: exclude stands above', inOrder('v1 v2'), [releases], 'v1 v2', { exclude: [{ tag: 'v1' }] }),
  byRules('25: the grace period stands above', [imageOf('v2'), young('v1')], [releases], 'v1 v2', {
    gracePeriodMs: 4 * 86_400_000,
  }),
]

const untaggedRule: TagRule = { untagged: true, keepDays: 7 }
const signature = `sha256-${'f'.repeat(64)}.sig`
const youngNamed = (name: string): Image => untagged(name, { pushedAt: daysAgo(3) })

const untaggedOnes: readonly Case[] = [
  byRules('25: untagged images by the rule for them', [untagged('a'), youngNamed('b')], [untaggedRule], '@b'),
  byRules('25: by the first of them', [youngNamed('a')], [{ untagged: true, keepDays: 1 }, untaggedRule], ''),
  byRules('25: not by globs', [youngNamed('a')], [{ tags: ['*'], keepDays: 7 }], '', { keepDays: 1 }),
  byRules('25: not where untagged is false', [youngNamed('a')], [{ tags: ['*'], untagged: false, keepDays: 7 }], '', {
    keepDays: 1,
  }),
  byRules('25: else by the policy itself', [youngNamed('a')], [previews], '@a', { keepDays: 7 }),
  byRules(
    '25: a rule may apply to both',
    [youngNamed('a'), young('pr-1')],
    [{ ...previews, untagged: true }],
    '@a pr-1',
    { keepDays: 1 },
  ),
  byRules('25: a rule for untagged ones says nothing of tags', [young('x-1')], [untaggedRule], '', { keepDays: 1 }),
  byRules(
    '25, 26: an image with attached tags alone counts as untagged',
    [young(signature)],
    [untaggedRule],
    signature,
    { keepDays: 1 },
  ),
  byRules('25, 22: no glob matches an attached tag', [young(signature)], [{ tags: ['*'], keepDays: 7 }], '', {
    keepDays: 1,
  }),
  byRules('25, 20: counts say nothing of untagged ones', [untagged('a')], [{ untagged: true, keepRecent: 5 }], ''),
]

const unmatched: readonly Case[] = [
  {
    ...byRules('26: a tag that no rule applies to', inOrder('v1 v2 x-1'), [releases], 'v2 x-1'),
    rules: { 'x-1': 'unmatched' },
  },
  {
    ...byRules('26: floating ones too', inOrder('v2 latest'), [releases], 'v2 latest'),
    rules: { latest: 'unmatched' },
  },
  byRules('26: one of several tags is enough', inOrder('v1,x-1 v2'), [releases], 'v1 x-1 v2'),
  byRules('26: not where the policy has a field', inOrder('v1 v2 x-1'), [releases], 'v2', { keepDays: 1 }),
  byRules('26: keepRecent 0 is a field', inOrder('v1 v2 x-1'), [releases], 'v2', { keepRecent: 0 }),
  byRules('26: semver without dimensions is a field', inOrder('v1 v2 x-1'), [releases], 'v2', { semver: {} }),
  byRules('26: keepTags is none', inOrder('v1 v2 x-1'), [releases], 'v2 x-1', { keepTags: [nothing] }),
  { ...byRules('26: an untagged image', [untagged('a')], [releases], '@a'), rules: { '@a': 'unmatched' } },
  byRules('26: not one that a rule applies to', [untagged('a')], [releases, untaggedRule], ''),
  byRules('26: not one that the policy applies to', [untagged('a')], [releases], '', { keepRecent: 1 }),
  byRules(
    '26: not a child of an index, which it follows',
    [
      imageOf('v1', { digest: digestNamed('v1'), mediaType: indexType, children: [digestNamed('@child')] }),
      untagged('child'),
      imageOf('v2'),
    ],
    [releases],
    'v2',
  ),
  byRules(
    '26: also where it has a parent that stays',
    [imageOf('v1', { mediaType: indexType, children: [digestNamed('@child')] }), untagged('child')],
    [releases],
    'v1 @child',
  ),
  byRules(
    '26: a child with a tag that no rule applies to',
    [imageOf('v1', { mediaType: indexType, children: [digestNamed('x-1')] }), ...inOrder('x-1'), imageOf('v2')],
    [releases],
    'v2 x-1',
  ),
  {
    ...byRules('26: one with attached tags alone', [imageOf(signature)], [releases], signature),
    rules: { [signature]: 'unmatched' },
  },
  byRules(
    '26, 22: never a referrer of what is listed',
    [
      ...inOrder('v1 v2'),
      untagged('signature', { subject: digestNamed('v1') }),
      imageOf('x-1', { subject: digestNamed('v1') }),
    ],
    [releases],
    'v2',
  ),
  { ...byRules('2: before keepRecent', inOrder('v2,x-1'), [releases], 'v2 x-1'), rules: { v2: 'unmatched' } },
  {
    ...byRules('2: behind keepTags', inOrder('x-1'), [releases], 'x-1', { keepTags: ['x-1'] }),
    rules: { 'x-1': 'keepTags' },
  },
  tagCase(
    '2, 26: another policy does not take it away',
    inOrder('v1 v2 x-1'),
    [{ rules: [releases] }, { keepDays: 1 }],
    'v2 x-1',
  ),
]

checkCases('rules for kinds of tag', tagRuleCases)
checkCases('untagged images', untaggedOnes)
checkCases('unmatched', unmatched)
