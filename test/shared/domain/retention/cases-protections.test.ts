import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { Usage } from '../../../../shared/domain/usage.ts'
import { type Case, checkCases, digestNamed, inOrder, newest, tagCase, untagged } from './case.ts'
import { daysAgo, imageOf, indexType, manifestType, now, usageOf, workloadOf } from './retention-world.ts'

const app = 'registry.example.com/app'
const digest = digestNamed('v1')
const config = digestNamed('config of v1')
const withConfig = { blobs: [{ digest: config, sizeBytes: 1 }] }

const used = (name: string, images: readonly Image[], workload: string, kept: string): Case => ({
  name,
  images,
  policy: newest(0),
  input: { usage: usageOf(workload) },
  kept,
})

const elsewhere = (tags: string, more: Partial<Image> = {}): Image =>
  imageOf(tags, { repository: 'other.example.com/app', digest, ...more })

const v1 = inOrder('v1')
const index = imageOf('v9', { mediaType: indexType, children: [digest] })

const inUse: readonly Case[] = [
  used('3: by a tag that is on it', inOrder('v1 v2'), `${app}:v1`, 'v1'),
  used('3: not by a tag that is nowhere', v1, `${app}:v7`, ''),
  used('3: by its digest', inOrder('v1 v2'), `${app}@${digest}`, 'v1'),
  used('3: tag and digest protect both', inOrder('v1 v2 v3'), `${app}:v2@${digest}`, 'v1 v2'),
  used('3: a bare digest in every repository', [...v1, elsewhere('w1')], digest, 'v1 w1'),
  used('3: a digest with a name in that repository', [...v1, elsewhere('w1')], `${app}@${digest}`, 'v1'),
  used('3: no tag and no digest is latest', inOrder('latest v1'), app, 'latest'),
  used('3: a digest alone is not latest', inOrder('latest v1'), `${app}@${digest}`, 'v1'),
  used('3: upper-case hex', v1, `${app}@sha256:${digest.slice(7).toUpperCase()}`, 'v1'),
  used('3: upper-case hex of a bare one', v1, `sha256:${digest.slice(7).toUpperCase()}`, 'v1'),
  used('3: docker-pullable://', v1, `docker-pullable://${app}@${digest}`, 'v1'),
  used('3: any word before ://', v1, `some-runtime://${app}:v1`, 'v1'),
  used('3: before a bare digest', v1, `cri-o://${digest}`, 'v1'),
  used('3: an index by its child', [index, ...v1], `${app}:v1`, 'v9 v1'),
  used('3: an index by a child that is not listed', [index], `${app}@${digest}`, 'v9'),
  used('3: by a bare digest of one as well', [index], digest, 'v9'),
  used(
    '3: through any depth',
    [imageOf('v10', { mediaType: indexType, children: [index.digest] }), index],
    `${app}@${digest}`,
    'v10 v9',
  ),
  used('3: a config digest', [untagged('a', withConfig), untagged('b')], config, '@a'),
  used(
    '3: in upper case and behind a runtime',
    [untagged('a', withConfig)],
    `docker://sha256:${config.slice(7).toUpperCase()}`,
    '@a',
  ),
  used('3: bare, in every repository', [untagged('a', withConfig), elsewhere('w1', withConfig)], config, '@a w1'),
  used(
    '3: with a name, in that repository',
    [untagged('a', withConfig), elsewhere('w1', withConfig)],
    `${app}@${config}`,
    '@a',
  ),
  used('3: of a child protects the index', [index, untagged('c', { ...withConfig, digest })], config, `v9 @${digest}`),
  used('3: the digest of another one does nothing', [untagged('a', withConfig)], digestNamed('config of v2'), ''),
  used(
    '1: docker.io/library/nginx is nginx',
    [imageOf('v1', { repository: 'docker.io/library/nginx' })],
    'nginx:v1',
    'v1',
  ),
  {
    ...used('3: however long ago it was last seen', v1, '', 'v1'),
    input: { usage: { complete: true, workloads: [workloadOf(`${app}:v1`, { lastSeenAt: daysAgo(900) })] } },
  },
  {
    ...used('3: rollback targets too', v1, '', 'v1'),
    input: { usage: { complete: true, workloads: [workloadOf(`${app}:v1`, { rollback: true })] } },
  },
]

const incomplete: Usage = { complete: false, workloads: [workloadOf(`${app}:v1`)] }
const alone = (name: string, more: Partial<Image>, kept: string, rule = kept === '' ? 'none' : 'unknown'): Case => ({
  name,
  images: [imageOf('v1', more)],
  policy: newest(0),
  kept,
  rules: { v1: rule },
})
const { pushedAt: _p, ...withoutPush } = imageOf('v1')
const { mediaType: _m, ...withoutType } = imageOf('v1')
const unread = imageOf('v9', { mediaType: indexType })
const signatureOf = (tag: string): string => `sha256-${digestNamed(tag).slice('sha256:'.length)}.sig`
const odd = imageOf('v9', { unreadable: 'of schema 1', children: [digestNamed('@a')] })

const unknown: readonly Case[] = [
  {
    name: '4: all is kept while usage is not complete',
    images: inOrder('v1 v2'),
    policy: newest(1),
    input: { usage: incomplete },
    kept: 'v1 v2',
    rules: { v1: 'in-use', v2: 'usage-incomplete' },
  },
  {
    name: '4: all is kept of a repository of which it is not known what runs',
    images: inOrder('v1 v2'),
    policy: newest(1),
    input: { usage: { complete: true, workloads: [], unknownIn: new Set([app]) } },
    kept: 'v1 v2',
    rules: { v1: 'usage-incomplete', v2: 'usage-incomplete' },
  },
  {
    name: '4: nothing is kept because it is not known what runs of another repository',
    images: inOrder('v1 v2'),
    policy: newest(1),
    input: { usage: { complete: true, workloads: [], unknownIn: new Set([`${app}-other`]) } },
    kept: 'v2',
    rules: { v1: 'none', v2: 'keepRecent' },
  },
  { ...alone('5: no push time', {}, 'v1'), images: [withoutPush] },
  alone('5: one before 2013-03-20', { pushedAt: new Date('2013-03-19T23:59:59.999Z') }, 'v1'),
  alone('5: not 2013-03-20 itself', { pushedAt: new Date('2013-03-20T00:00:00Z') }, ''),
  { ...alone('5: no media type', {}, 'v1'), images: [withoutType] },
  alone('5: another media type', { mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }, 'v1'),
  alone('5: known: OCI manifest', { mediaType: manifestType }, ''),
  alone('5: known: OCI index', { mediaType: indexType, children: [] }, ''),
  alone('5: known: Docker manifest', { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' }, ''),
  alone(
    '5: known: Docker list',
    { mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json', children: [] },
    '',
  ),
  alone('5: an index whose children are not known', { mediaType: indexType }, 'v1'),
  {
    ...tagCase(
      '5: so is every untagged image beside it',
      [unread, untagged('a'), ...inOrder('v1')],
      newest(0),
      'v9 @a',
    ),
    rules: { '@a': 'unknown' },
  },
  tagCase(
    '5: with what is about an image alone that is not listed, and not what is about one that is',
    [unread, ...inOrder('v1'), imageOf(signatureOf('gone')), imageOf(signatureOf('v1'))],
    newest(0),
    `v9 ${signatureOf('gone')}`,
  ),
  alone('5: one that cannot be read', { unreadable: 'of schema 1', children: [] }, 'v1'),
  alone('5: one that a tag may point at which cannot be read', { mayBeNamed: 'tag odd may point at it' }, 'v1'),
  {
    ...tagCase(
      '5: with what one may refer to that cannot be read',
      [odd, untagged('a'), untagged('b'), ...inOrder('v1')],
      newest(0),
      'v9 @a',
    ),
    rules: { v9: 'unknown', '@a': 'graph' },
  },
  {
    ...tagCase(
      '5: with every untagged image where it may refer to any',
      [{ ...odd, children: undefined }, untagged('a'), ...inOrder('v1')],
      newest(0),
      'v9 @a',
    ),
    rules: { '@a': 'unknown' },
  },
  tagCase(
    '5, 1: but none of another repository',
    [unread, elsewhere('', { digest: digestNamed('@b') })],
    newest(0),
    'v9',
  ),
  {
    ...alone(
      '6: pushed less than the grace period ago',
      { pushedAt: new Date(now.getTime() - 86_399_999) },
      'v1',
      'grace',
    ),
  },
  alone('6: not exactly that long ago', { pushedAt: new Date(now.getTime() - 86_400_000) }, ''),
  {
    ...alone('6: pushed in the future', { pushedAt: daysAgo(-1) }, 'v1', 'grace'),
    policy: { keepRecent: 0, gracePeriodMs: 0 },
  },
]

const excluded = (
  name: string,
  exclude: RetentionPolicy['exclude'],
  kept: string,
  input: Case['input'] = {},
): Case => ({
  name,
  images: [
    imageOf('v1', { repository: 'registry.example.com/team/app' }),
    untagged('a', { repository: 'registry.example.com/team/app' }),
  ],
  policy: { keepRecent: 0, exclude },
  input,
  kept,
})
const objectNames = (tag: string, name: string): Case['input'] => ({
  objectNames: new Map([['registry.example.com/team/app', new Map([[tag, [name]]])]]),
})
const kept = (name: string, glob: string, tags: string, stays: string): Case =>
  tagCase(name, inOrder(tags), { keepRecent: 0, keepTags: [glob] }, stays)

const named: readonly Case[] = [
  excluded('7: a tag alone', [{ tag: 'v1' }], 'v1'),
  excluded('7: a tag by glob', [{ tag: 'v*' }], 'v1'),
  excluded('7: a name alone covers the whole repository', [{ name: 'app' }], 'v1 @a'),
  excluded('7: by the path', [{ name: 'team/app' }], 'v1 @a'),
  excluded('7: by the path with its host', [{ name: 'registry.example.com/team/app' }], 'v1 @a'),
  excluded('7: by a glob over the path', [{ name: 'team/*' }], 'v1 @a'),
  excluded('7: not by a part of the path', [{ name: 'team' }], ''),
  excluded('7: both must match: they do', [{ name: 'app', tag: 'v?' }], 'v1'),
  excluded('7: both must match: the tag does not', [{ name: 'app', tag: 'v2' }], ''),
  excluded('7: both must match: the name does not', [{ name: 'web', tag: 'v1' }], ''),
  excluded('7: the name of an object', [{ name: 'critical' }], 'v1 @a', objectNames('', 'critical')),
  excluded(
    '7: the name of the object of the tag',
    [{ name: 'critical', tag: 'v1' }],
    'v1',
    objectNames('v1', 'critical'),
  ),
  excluded('7: not of another tag', [{ name: 'critical', tag: 'v1' }], '', objectNames('v2', 'critical')),
  kept('8: * is any run, also none', 'v1*', 'v1 v1.2 v2', 'v1 v1.2'),
  kept('8: ? is one', 'v?', 'v1 v12 v', 'v1'),
  kept('8: a dot is a dot', 'v1.2', 'v1.2 v1x2', 'v1.2'),
  kept('8: the whole tag', 'v1', 'v1 v1.2 xv1', 'v1'),
  kept('8: as it is written', 'v1', 'v1 V1', 'v1'),
  tagCase('8: one of several tags is enough', inOrder('v1,x-1 v2'), { keepRecent: 0, keepTags: ['x-*'] }, 'v1 x-1'),
]

checkCases('in use', inUse)
checkCases('unknown and young', unknown)
checkCases('named', named)
