import type { TagRule } from '../../../../shared/domain/policy/policy.ts'
import { atOnce, type Case, checkCases, digestNamed, inOrder, newest, tagCase, untagged } from './case.ts'
import { daysAgo, imageOf, now, usageOf, workloadOf } from './retention-world.ts'

const four = inOrder('v1.0.0 v1.0.1 v1.0.2 v1.0.3')
const attached = (tag: string, ending: string): string => `sha256-${digestNamed(tag).slice(7)}${ending}`
const config = digestNamed('config')
const previews: TagRule = { tags: ['pr-*'], keepDays: 7 }

/** The table of the specification, row by row. */
const examples: readonly Case[] = [
  tagCase('15: the newest three of four', four, newest(3), 'v1.0.1 v1.0.2 v1.0.3'),
  {
    ...tagCase('3: an old ReplicaSet of a Deployment at 0 replicas', four, newest(1), 'v1.0.0 v1.0.3'),
    input: {
      usage: {
        complete: true,
        workloads: [workloadOf('registry.example.com/app:v1.0.0', { kind: 'ReplicaSet', rollback: true })],
      },
    },
  },
  tagCase(
    '13, 14: the newest release and the newest pre-release',
    inOrder('v1.2.3 v1.2.3-rc.1 v1.2.3-rc.9 v1.2.3-rc.10'),
    newest(1),
    'v1.2.3 v1.2.3-rc.10',
  ),
  tagCase(
    '12, 14: a variant is counted apart',
    inOrder('1.20-alpine 1.21-alpine 1.20 1.21'),
    newest(1),
    '1.21 1.21-alpine',
  ),
  tagCase('17: latest on the digest of the older one', inOrder('2.0.0 1.0.0,latest'), newest(1), '1.0.0 2.0.0 latest'),
  tagCase(
    '16: semver 2 × 1 × 1',
    inOrder('1.0.0 1.0.1 1.1.0 2.0.0 2.0.1 3.0.0'),
    { semver: { majorVersions: 2, minorVersions: 1, patches: 1 } },
    '2.0.1 3.0.0',
  ),
  tagCase(
    '12, 13, 14: hashes are ordered by push, apart from releases',
    inOrder('1.4.0-3f9c2ab 1.4.0-77d01e2 1.4.0'),
    newest(1),
    '1.4.0 1.4.0-77d01e2',
  ),
  tagCase(
    '18: pulled yesterday',
    [imageOf('v1', { pushedAt: daysAgo(8), pulledAt: daysAgo(1) })],
    { unusedDays: 7 },
    'v1',
  ),
  tagCase('18: never pulled', [imageOf('v1', { pushedAt: daysAgo(8) })], { unusedDays: 7 }, ''),
  tagCase(
    '18: a push is a use (I9)',
    [imageOf('v1', { pushedAt: new Date(now.getTime() - 600_000) })],
    { unusedDays: 1, gracePeriodMs: 1000 },
    'v1',
  ),
  tagCase(
    '12, 13: revisions of a variant',
    inOrder('15.3.0-debian-12-r1 15.3.0-debian-12-r2 15.3.0-debian-12-r10'),
    newest(2),
    '15.3.0-debian-12-r10 15.3.0-debian-12-r2',
  ),
  tagCase(
    '12, 13, 15: what git describe writes',
    inOrder('1.2.3-4-gabc1234 1.2.3-12-gdef5678 1.2.3,1.2'),
    newest(1),
    '1.2 1.2.3 1.2.3-12-gdef5678',
  ),
  tagCase('15: two tags on one digest count once', inOrder('v1,v2 v3 v4 v5'), newest(3), 'v3 v4 v5'),
  tagCase('22: a signature goes with its subject (I5)', inOrder(`v1 ${attached('v1', '.sig')}`), newest(0), ''),
  tagCase(
    '13, 15: dates of one push time',
    atOnce('20260101 20260102 20260103'),
    newest(1),
    '20260101 20260102 20260103',
  ),
  tagCase('13: one push time, but created', atOnce('x-1@2026-01-02 x-2@2026-01-01'), newest(1), 'x-1'),
  tagCase(
    '12: a build behind a pre-release',
    inOrder('1.2.3-rc.10_build.1 1.2.3-rc.9_build.2'),
    newest(1),
    '1.2.3-rc.10_build.1',
  ),
  tagCase(
    '12: builds of a branch',
    inOrder('1.4.0-feature-login.2 1.4.0-feature-login.9 1.4.0-feature-login.10 1.3.0'),
    newest(1),
    '1.4.0-feature-login.10 1.3.0',
  ),
  tagCase(
    '12: ls and eksbuild',
    inOrder('1.0.20210914-ls99 1.0.20210914-ls126 1.28.5-eksbuild.1 1.28.5-eksbuild.2'),
    newest(1),
    '1.0.20210914-ls126 1.28.5-eksbuild.2',
  ),
  tagCase('11: prefixes and .Final', inOrder('release-1.2.0 1.3.0.Final 1.2.9.GA v1.1.0'), newest(1), '1.3.0.Final'),
  tagCase(
    '14: stems',
    inOrder('main-3f9c2ab main-77d01e2 pr-17 pr-18 nightly-20260101'),
    newest(1),
    'main-77d01e2 pr-18 nightly-20260101',
  ),
  tagCase('11: a hash of digits', inOrder('1.4.0-9876543 1.4.0-3f9c2ab'), newest(1), '1.4.0-3f9c2ab'),
  {
    ...tagCase(
      '3: an imageID that is a config',
      [untagged('a', { blobs: [{ digest: config, sizeBytes: 1 }] }), untagged('b')],
      newest(1),
      '@a',
    ),
    input: { usage: usageOf(config) },
  },
  tagCase(
    '25, 26: rules for two kinds, and one tag of neither',
    [...inOrder('v1 v2 v3 pr-1 nightly-1'), imageOf('pr-2', { pushedAt: daysAgo(3) })],
    { rules: [{ tags: ['v*'], keepRecent: 2 }, previews] },
    'v2 v3 pr-2 nightly-1',
  ),
  tagCase(
    '25: a rule beside the policy’s own count',
    inOrder('v1 v2 v3 pr-1 x-1 x-2'),
    { keepRecent: 1, rules: [previews] },
    'v3 x-2',
  ),
  tagCase(
    '9, 22: .src and .sbom go with their subjects',
    inOrder(`v1 v2 ${attached('v2', '.src')} ${attached('v1', '.sbom')}`),
    newest(1),
    `v2 ${attached('v2', '.src')}`,
  ),
]

checkCases('examples of the specification', examples)
