import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { type Case, checkCases, digestNamed, inOrder, newest, tagCase, untagged } from './case.ts'
import { daysAgo, imageOf, indexType, now, usageOf } from './retention-world.ts'

const attached = (tag: string, ending: string): string => `sha256-${digestNamed(tag).slice(7)}${ending}`
const tagged = (tags: string, more: Partial<Image> = {}): Image =>
  imageOf(tags, { digest: digestNamed(tags.split(' ')[0] ?? ''), ...more })
const indexOf = (tag: string, ...children: string[]): Image =>
  tagged(tag, { mediaType: indexType, children: children.map(digestNamed) })
const about = (name: string, subject: string, more: Partial<Image> = {}): Image =>
  untagged(name, { subject: digestNamed(subject), ...more })

const kept1 = (name: string, images: readonly Image[], kept: string, rules: Record<string, string> = {}): Case => ({
  name,
  images,
  policy: newest(1),
  kept,
  rules,
})

const below: readonly Case[] = [
  kept1('21: children of a kept index', [indexOf('v1', '@child'), untagged('child'), untagged('a')], 'v1 @child', {
    '@child': 'graph',
  }),
  kept1(
    '21: through any depth',
    [
      indexOf('v1', '@index'),
      untagged('index', { mediaType: indexType, children: [digestNamed('@deep')] }),
      untagged('deep'),
    ],
    'v1 @index @deep',
  ),
  kept1('21: a child that is not listed is no error', [indexOf('v1', '@gone')], 'v1'),
  kept1('21: children of one that goes go', [indexOf('v1', '@child'), untagged('child'), tagged('v2')], 'v2'),
  kept1(
    '21: a child of two stays with either',
    [indexOf('v1', '@child'), indexOf('v2', '@child'), untagged('child')],
    'v2 @child',
  ),
  kept1('21: an index does not stay for its child', [indexOf('v1', 'v2'), tagged('v2')], 'v2'),
]

const sig = attached('v1', '.sig')

const referrers: readonly Case[] = [
  kept1('22: one by subject stays with it', [tagged('v1'), about('a', 'v1')], 'v1 @a', { '@a': 'graph' }),
  kept1('22: and goes with it', [tagged('v1'), tagged('v2'), about('a', 'v1')], 'v2'),
  kept1('22: one by an attached tag stays with it', [tagged('v1'), tagged(sig)], `v1 ${sig}`),
  kept1('22: and goes with it', [tagged('v1'), tagged('v2'), tagged(sig)], 'v2'),
  kept1('22: a referrer of a referrer', [tagged('v1'), about('a', 'v1'), about('b', '@a')], 'v1 @a @b'),
  kept1(
    '22: with one of two subjects',
    [tagged('v1'), tagged('v2'), about('a', 'v1', { tags: [attached('v2', '')] })],
    `v2 ${attached('v2', '')}`,
  ),
  kept1(
    '22: it is never judged by the keep rules',
    [tagged('v1'), tagged('v2'), tagged('v9', { subject: digestNamed('v1') })],
    'v2',
  ),
  kept1('22: and takes no place', [tagged('v1'), tagged('v9', { subject: digestNamed('v1') })], 'v1 v9', {
    v9: 'graph',
  }),
  {
    ...tagCase(
      '22: time says nothing of it either',
      [tagged('v1'), about('a', 'v1', { pulledAt: daysAgo(1) })],
      { unusedDays: 7 },
      '',
    ),
  },
  {
    name: '22: a protection keeps it, and its subject',
    images: [tagged('v1'), tagged('v2'), tagged('x-1', { subject: digestNamed('v1') })],
    policy: { keepRecent: 1, keepTags: ['x-1'] },
    kept: 'v1 v2 x-1',
    rules: { v1: 'graph', 'x-1': 'keepTags' },
  },
  kept1('22: so does a kept index above it', [tagged('v1'), indexOf('v2', '@a'), about('a', 'v1')], 'v1 v2 @a'),
  {
    name: '22: so does a referrer of its own with such a reason',
    images: [tagged('v1'), tagged('v2'), about('a', 'v1'), about('b', '@a')],
    policy: newest(1),
    input: { usage: usageOf(digestNamed('@b')) },
    kept: 'v1 v2 @a @b',
  },
  kept1(
    '22: being kept with one subject is no such reason for another',
    [tagged('v1'), tagged('v2'), about('a', 'v1', { tags: [attached('v2', '.x')] })],
    `v2 ${attached('v2', '.x')}`,
  ),
  kept1('22: an image is never its own subject', [tagged('v1', { subject: digestNamed('v1') }), tagged('v2')], 'v2'),
  kept1('22: also by an attached tag', [tagged('v1', { tags: ['v1', sig] }), tagged('v2')], 'v2'),
  kept1(
    '22: one without a listed subject is judged',
    [tagged('v1'), tagged('v2', { subject: digestNamed('gone') })],
    'v2',
  ),
  kept1(
    '22: by its tags that are not attached ones',
    [tagged('v1'), tagged('v2', { tags: ['v2', attached('gone', '.sig')] })],
    `v2 ${attached('gone', '.sig')}`,
  ),
  kept1('22: attached tags are no versions', [tagged('docs'), tagged(attached('gone', '.sig'))], 'docs'),
  kept1(
    '9, 22: .src of what stays and .sbom of what goes',
    [tagged('v1'), tagged('v2'), tagged(attached('v2', '.src')), tagged(attached('v1', '.sbom'))],
    `v2 ${attached('v2', '.src')}`,
  ),
]

const partial: readonly Case[] = [
  {
    name: '23: no partial verdict: all tags of a kept image stay',
    images: inOrder('1.0.0,1.1.0-x 2.0.0 1.0.0-x'),
    policy: newest(1),
    kept: '1.0.0 1.1.0-x 2.0.0',
    tagsToDelete: '1.0.0-x',
  },
  {
    name: '23: tags of images to delete, and attached tags of subjects to delete',
    images: [
      tagged('v1'),
      tagged('v2'),
      tagged(attached('v2', '.sig'), { tags: [attached('v2', '.sig'), attached('v1', '.sig')] }),
    ],
    policy: newest(1),
    kept: `v2 ${attached('v2', '.sig')} ${attached('v1', '.sig')}`,
    tagsToDelete: `v1 ${attached('v1', '.sig')}`,
  },
]

const times = (name: string, policy: Partial<RetentionPolicy>, more: Partial<Image>, kept: string): Case =>
  tagCase(name, [imageOf('v1', { pushedAt: daysAgo(60), ...more })], policy, kept)
const moment = (days: number, ms: number): Date => new Date(now.getTime() - days * 86_400_000 + ms)
const week = { unusedDays: 7 }

const byTime: readonly Case[] = [
  times('18: pushed', week, { pushedAt: daysAgo(3) }, 'v1'),
  times('18: pulled', week, { pulledAt: daysAgo(3) }, 'v1'),
  times('18: retagged', week, { retaggedAt: daysAgo(3) }, 'v1'),
  times('18: last seen running', week, { seenRunningAt: daysAgo(3) }, 'v1'),
  times('18: none of them', week, { pulledAt: daysAgo(8), retaggedAt: daysAgo(9), seenRunningAt: daysAgo(10) }, ''),
  times('18: the edge is included', week, { pulledAt: moment(7, 0) }, 'v1'),
  times('18: a millisecond more is not', week, { pulledAt: moment(7, -1) }, ''),
  times('18: a zero pull time is none', week, { pulledAt: new Date(0) }, ''),
  times('18: one before 2013 is none', { unusedDays: 36_500 }, { pushedAt: daysAgo(60), pulledAt: new Date(0) }, 'v1'),
  times('18: one in the future counts as use', week, { pulledAt: daysAgo(-9) }, 'v1'),
  tagCase(
    '18: of an index anything below it',
    [
      indexOf('v1', '@index'),
      untagged('index', { mediaType: indexType, children: [digestNamed('@deep')] }),
      untagged('deep', { pulledAt: daysAgo(1) }),
      indexOf('v2', '@a'),
      untagged('a'),
    ],
    week,
    'v1 @index @deep',
  ),
  tagCase(
    '18: of a child nothing above it',
    [indexOf('v1', '@child'), untagged('child', { pulledAt: daysAgo(1) }), tagged('v2')],
    week,
    'v1 @child',
  ),
  times('19: the edge is included', { keepDays: 7 }, { pushedAt: moment(7, 0) }, 'v1'),
  times('19: a millisecond more is not', { keepDays: 7 }, { pushedAt: moment(7, -1) }, ''),
  times('19: a pull says nothing', { keepDays: 7 }, { pulledAt: daysAgo(1), retaggedAt: daysAgo(1) }, ''),
  tagCase(
    '19: nor does the push of a child',
    [indexOf('v1', '@child'), untagged('child', { pushedAt: daysAgo(2) })],
    { keepDays: 7 },
    '@child',
  ),
  tagCase('20: untagged images are no versions', [untagged('a')], { keepRecent: 9, semver: {} }, ''),
  tagCase(
    '20: time keeps them',
    [untagged('a', { pulledAt: daysAgo(1) }), untagged('b', { pushedAt: daysAgo(2) })],
    { unusedDays: 1, keepDays: 2 },
    '@a @b',
  ),
]

checkCases('below an index', below)
checkCases('referrers', referrers)
checkCases('no partial verdict', partial)
checkCases('time', byTime)
