import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy, TagRule } from '../../../../shared/domain/policy/policy.ts'
import type { Usage } from '../../../../shared/domain/usage.ts'
import { type Case, checkCases, digestNamed, inOrder, newest, tagCase } from './case.ts'
import { daysAgo, imageOf, workloadOf } from './retention-world.ts'

const incomplete: Usage = { complete: false, workloads: [] }
const running: Usage = { complete: false, workloads: [workloadOf('registry.example.com/app:v1')] }

/** Everything keeps v1, but for what a case changes. */
const reported = (
  name: string,
  rule: string,
  image: Partial<Image>,
  policy: Partial<RetentionPolicy> = {},
  usage?: Usage,
): Case => ({
  name,
  images: [imageOf('v1', { pushedAt: daysAgo(5), ...image })],
  policy: {
    keepRecent: 1,
    semver: {},
    keepDays: 9,
    unusedDays: 9,
    keepTags: ['v1'],
    exclude: [{ tag: 'v1' }],
    ...policy,
  },
  ...(usage && { input: { usage } }),
  kept: (image.tags ?? ['v1']).join(' '),
  rules: { v1: rule },
})

const odd = { mediaType: 'odd', pushedAt: daysAgo(0.5) }
const young = { pushedAt: daysAgo(0.5) }
const unnamed = { exclude: [], keepTags: [] }
const uncounted = { ...unnamed, keepRecent: 0 }
const onlyDays: TagRule = { tags: ['v1'], keepDays: 9 }

const reports: readonly Case[] = [
  reported('2: in-use first', 'in-use', odd, {}, running),
  reported('2: usage-incomplete before unknown', 'usage-incomplete', odd, {}, incomplete),
  reported('2: unknown before grace', 'unknown', odd),
  reported('2: grace before excluded', 'grace', young),
  reported('2: excluded before keepTags', 'excluded', {}),
  reported('2: keepTags before keepRecent', 'keepTags', {}, { exclude: [] }),
  reported('2: keepRecent before semver', 'keepRecent', {}, unnamed),
  reported('2: semver before unusedDays', 'semver', {}, uncounted),
  reported('2: semver before floating', 'semver', { tags: ['v1', 'latest'] }, uncounted),
  reported('2: floating before unusedDays', 'floating', { tags: ['v1', 'latest'] }, { ...unnamed, rules: [onlyDays] }),
  reported(
    '2: unusedDays before keepDays',
    'unusedDays',
    {},
    { ...uncounted, rules: [{ ...onlyDays, unusedDays: 9 }] },
  ),
  reported('2: keepDays last', 'keepDays', {}, { ...uncounted, rules: [onlyDays] }),
  {
    ...tagCase(
      '2: with several policies any keep wins',
      inOrder('v1 v2'),
      [newest(0), { keepRecent: 0, keepTags: ['v1'] }],
      'v1',
    ),
    rules: { v2: 'none' },
  },
  {
    ...tagCase(
      '2: and the first reason of all is reported',
      inOrder('v1'),
      [newest(1), { keepRecent: 0, keepTags: ['v1'] }],
      'v1',
    ),
    rules: { v1: 'keepTags' },
  },
  tagCase(
    '1: a repository never depends on another',
    [...inOrder('v1'), imageOf('v2', { repository: 'other.example.com/app', digest: digestNamed('v2') })],
    newest(1),
    'v1 v2',
  ),
]

checkCases('what is reported', reports)
