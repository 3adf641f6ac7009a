import { describe, expect, it } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { judge } from '../../../../shared/domain/retention/judge.ts'
import type { Usage } from '../../../../shared/domain/usage.ts'
import {
  daysAgo,
  digestOf,
  imageOf,
  keptTags,
  nothingRuns,
  now,
  policyOf,
  pushedInOrder,
  workloadOf,
} from './retention-world.ts'

interface Example {
  readonly name: string
  readonly images: readonly Image[]
  readonly policy: Partial<RetentionPolicy>
  readonly usage?: Usage
  readonly kept: string
}

const oldReplicaSet: Usage = {
  complete: true,
  workloads: [workloadOf('registry.example.com/app:v1.0.0', { kind: 'ReplicaSet', rollback: true })],
}

const examples: readonly Example[] = [
  {
    name: '15: the newest three of four',
    images: pushedInOrder('v1.0.0 v1.0.1 v1.0.2 v1.0.3'),
    policy: { keepRecent: 3 },
    kept: 'v1.0.1 v1.0.2 v1.0.3',
  },
  {
    name: '3: an old ReplicaSet of a Deployment at 0 replicas',
    images: pushedInOrder('v1.0.0 v1.0.1 v1.0.2 v1.0.3'),
    policy: { keepRecent: 1 },
    usage: oldReplicaSet,
    kept: 'v1.0.0 v1.0.3',
  },
  {
    name: '13, 14: the newest release and the newest pre-release',
    images: pushedInOrder('v1.2.3 v1.2.3-rc.1 v1.2.3-rc.9 v1.2.3-rc.10'),
    policy: { keepRecent: 1 },
    kept: 'v1.2.3 v1.2.3-rc.10',
  },
  {
    name: '12, 14: a variant is counted apart',
    images: pushedInOrder('1.20-alpine 1.21-alpine 1.20 1.21'),
    policy: { keepRecent: 1 },
    kept: '1.21 1.21-alpine',
  },
  {
    name: '17: latest on the digest of the older one',
    images: [imageOf('2.0.0'), imageOf('1.0.0 latest')],
    policy: { keepRecent: 1 },
    kept: '1.0.0 2.0.0 latest',
  },
  {
    name: '16: semver 2 × 1 × 1',
    images: pushedInOrder('1.0.0 1.0.1 1.1.0 2.0.0 2.0.1 3.0.0'),
    policy: { semver: { majorVersions: 2, minorVersions: 1, patches: 1 } },
    kept: '2.0.1 3.0.0',
  },
  {
    name: '12, 13, 14: hashes are ordered by push and never compete with releases',
    images: pushedInOrder('1.4.0-3f9c2ab 1.4.0-77d01e2 1.4.0'),
    policy: { keepRecent: 1 },
    kept: '1.4.0 1.4.0-77d01e2',
  },
  {
    name: '18: pulled yesterday',
    images: [imageOf('v1', { pushedAt: daysAgo(8), pulledAt: daysAgo(1) })],
    policy: { unusedDays: 7 },
    kept: 'v1',
  },
  {
    name: '18: pushed 8 days ago, never pulled',
    images: [imageOf('v1', { pushedAt: daysAgo(8) })],
    policy: { unusedDays: 7 },
    kept: '',
  },
  {
    name: '18: a push is a use (I9)',
    images: [imageOf('v1', { pushedAt: new Date(now.getTime() - 600_000) })],
    policy: { unusedDays: 1, gracePeriodMs: 1000 },
    kept: 'v1',
  },
  {
    name: '12, 13: revisions of a variant',
    images: pushedInOrder('15.3.0-debian-12-r1 15.3.0-debian-12-r2 15.3.0-debian-12-r10'),
    policy: { keepRecent: 2 },
    kept: '15.3.0-debian-12-r10 15.3.0-debian-12-r2',
  },
  {
    name: '12, 13, 15: what git describe writes',
    images: [imageOf('1.2.3-4-gabc1234'), imageOf('1.2.3-12-gdef5678'), imageOf('1.2.3 1.2')],
    policy: { keepRecent: 1 },
    kept: '1.2 1.2.3 1.2.3-12-gdef5678',
  },
  {
    name: '15: two tags on one digest count once',
    images: [imageOf('v1 v2'), imageOf('v3'), imageOf('v4'), imageOf('v5')],
    policy: { keepRecent: 3 },
    kept: 'v3 v4 v5',
  },
  {
    name: '22: a signature goes with its subject (I5)',
    images: [imageOf('v1'), imageOf(`sha256-${digestOf('v1').slice(7)}.sig`, { digest: digestOf('signature') })],
    policy: { keepRecent: 0 },
    kept: '',
  },
]

describe('retention examples', () => {
  it.each(examples)('$name', ({ images, policy, usage, kept }) => {
    const judgement = judge({ images, usage: usage ?? nothingRuns, policies: [policyOf(policy)], now })

    expect(keptTags(judgement).sort().join(' ')).toBe(kept)
  })
})
