import { describe, expect, it } from 'vitest'
import type { Digest } from '../../shared/domain/digest.ts'
import { createMemoryCluster } from '../support/memory-cluster.ts'
import { digestOf } from '../support/records.ts'
import { Deployments } from './deployments.ts'
import { noDoubt } from './doubt.ts'
import { needOfDigest, needOfTag, type Scene } from './needed.ts'
import type { PolicySpec, PolicyView } from './policy-view.ts'
import { type BookedManifest, RepositoryBook } from './registry-book.ts'

const hourMs = 3_600_000
const old = digestOf('old')

const policyOf = (name: string, rules: Partial<PolicySpec>, covers: PolicyView['covers'] = () => true): PolicyView => ({
  name,
  namespace: 'team',
  isOver: () => false,
  id: `eu-1/team/${name}`,
  graceMs: 60_000,
  covers,
  spec: { gracePeriod: '1m', targets: ['RegistryArtifact'], maxDeletionsPerRun: 1, maxDeletionPercent: 100, ...rules },
})

/** One old image `v1.0.0` that a policy without mercy covers. */
function sceneOf(change: Partial<Scene> = {}) {
  const clusters = [createMemoryCluster('eu-1')]
  const book = new RepositoryBook('registry.example.com', 'team/app')
  const deployments = new Deployments(clusters)
  const scene: Scene = {
    book,
    doubt: noDoubt,
    deployments,
    isVisible: digest => book.manifests.has(digest),
    policy: policyOf('cleanup', { keepRecent: 0 }),
    rivals: [],
    trackers: [],
    nowMs: 10 * hourMs,
    facts: { untagged: 'stays' },
    ...change,
  }
  const put = (digest: Digest, tag?: string, rest: Partial<BookedManifest> = {}) =>
    book.put({ digest, mediaType: 'image', sizeBytes: 1, children: [], presentSinceMs: 0, ...rest }, tag)
  const run = (digest: Digest, tag?: string) =>
    deployments.create(clusters[0] as (typeof clusters)[0], {
      reference: { repository: book.id, ...(tag === undefined ? { digest } : { tag }) },
      digest,
    })
  put(old, 'v1.0.0')
  return { scene, book, deployments, put, run }
}

describe('a digest', () => {
  it('is not needed when no reason is known', () => {
    const { scene } = sceneOf()

    expect(needOfDigest(scene, old)).toBeUndefined()
    expect(needOfTag(scene, 'v1.0.0', old)).toBeUndefined()
  })

  it.each([
    ['by digest', undefined],
    ['by tag', 'v1.0.0'],
  ])('I6 I8 is needed while a workload refers to it %s', (_, tag) => {
    const { scene, run } = sceneOf()
    run(old, tag)

    expect(needOfDigest(scene, old)).toContain('Deployment')
    expect(needOfTag(scene, 'v1.0.0', old)).toContain('Deployment')
  })

  it('F12 is needed by what still runs it when its tag has moved on', () => {
    const { scene, run, put } = sceneOf()
    run(old, 'v1.0.0')
    put(digestOf('new'), 'v1.0.0')

    expect(needOfDigest(scene, old)).toContain('Deployment')
  })

  it('I1 is needed as the child of an index that runs', () => {
    const { scene, run, put } = sceneOf()
    put(digestOf('index'), 'v2.0.0', { children: [old] })
    run(digestOf('index'))

    expect(needOfDigest(scene, old)).toContain(`child of ${digestOf('index')}`)
  })

  it('I4 is needed as what is about an image that runs, and as its subject', () => {
    const { scene, run, put } = sceneOf()
    put(digestOf('signature'), undefined, { subject: old })
    put(digestOf('sbom'), undefined, { subject: digestOf('signature') })
    run(digestOf('signature'))

    expect(needOfDigest(scene, old)).toContain('subject of')
    expect(needOfDigest(scene, digestOf('sbom'))).toContain('about')
  })

  it.each<[string, Partial<Scene>, string]>([
    ['younger than the grace', { nowMs: 59_000 }, 'grace'],
    ['named by keepTags', { policy: policyOf('cleanup', { keepTags: ['v1*'] }) }, 'keepTags'],
    ['excluded', { policy: policyOf('cleanup', { exclude: [{ tag: 'v1.0.0' }] }) }, 'excluded'],
    ['pushed within keepDays', { policy: policyOf('cleanup', { keepDays: 1 }) }, 'within 1 days'],
    ['among the newest', { policy: policyOf('cleanup', { keepRecent: 1 }) }, 'newest'],
    ['kept by another policy', { rivals: [policyOf('beside', { keepRecent: 1 })] }, 'policy team/beside'],
    ['outside of the scope', { policy: policyOf('cleanup', {}, tag => tag !== 'v1.0.0') }, 'into the scope'],
  ])('is needed when it is %s', (_, change, reason) => {
    const { scene } = sceneOf(change)

    expect(needOfDigest(scene, old)).toContain(reason)
    expect(needOfTag(scene, 'v1.0.0', old)).toContain(reason)
  })

  it('I10 I13 counts versions apart by variant and class, the newest by number', () => {
    const { scene, put } = sceneOf({ policy: policyOf('cleanup', { keepRecent: 1 }) })
    for (const tag of ['v1.10.0', 'v1.9.0', 'v2.0.0-rc.1', 'v0.1.0-alpine']) put(digestOf(tag), tag)

    const needed = [old, ...['v1.10.0', 'v1.9.0', 'v2.0.0-rc.1', 'v0.1.0-alpine'].map(digestOf)].map(
      digest => needOfDigest(scene, digest) !== undefined,
    )

    expect(needed).toEqual([false, true, false, true, true])
  })
})

it('a tag saves its image from a policy that does not cover it, and not the other tags on it', () => {
  const { scene, put } = sceneOf({ policy: policyOf('cleanup', {}, tag => tag !== 'mine') })
  put(old, 'mine')

  expect(needOfDigest(scene, old)).toContain('no object brings the tag mine')
  expect(needOfTag(scene, 'v1.0.0', old)).toBeUndefined()
})

describe('what cannot be read', () => {
  const unread = digestOf('unread')

  it('F41 is needed, with whatever it names', () => {
    const { scene, put } = sceneOf({
      doubt: {
        named: new Map([
          [unread, 'unread'],
          [old, 'named by it'],
        ]),
      },
    })
    put(unread, 'v0.5.0')

    expect(needOfDigest(scene, unread)).toContain('unread')
    expect(needOfTag(scene, 'v1.0.0', old)).toContain('named by it')
  })

  it('F41 may refer to everything untagged, and costs no tag', () => {
    const { scene, put } = sceneOf({ doubt: { named: new Map(), untagged: 'may refer to it' } })
    put(unread)

    expect(needOfDigest(scene, unread)).toContain('may refer to it')
    expect(needOfTag(scene, 'v1.0.0', old)).toBeUndefined()
  })

  it('F41 does not bring back what had a tag when it was judged, and lost it to the sweep', () => {
    const { scene } = sceneOf({ doubt: { named: new Map(), untagged: 'may refer to it' } })
    scene.book.removeTag('v1.0.0')
    const before = needOfDigest(scene, old)
    scene.book.bared.add(old)

    expect(before).toContain('may refer to it')
    expect(needOfDigest(scene, old)).toBeUndefined()
  })
})

describe('what somebody else tracks', () => {
  const tracker = (policies: readonly PolicyView[] = []) => ({
    title: 'Repository bank/app',
    covers: () => true,
    policies,
  })

  it('T12 is needed while no policy over that object is there to let it go, or one keeps it', () => {
    const keeping = policyOf('theirs', { keepRecent: 1 })

    for (const policies of [[], [keeping]]) {
      const { scene } = sceneOf({ trackers: [tracker(policies)] })
      expect(needOfDigest(scene, old)).toContain('tracked by Repository bank/app')
      expect(needOfTag(scene, 'v1.0.0', old)).toContain('tracked by Repository bank/app')
    }
  })

  it('T12 is not needed once a policy over that object may let it go', () => {
    const { scene } = sceneOf({ trackers: [tracker([policyOf('theirs', { keepRecent: 0 })])] })

    expect(needOfDigest(scene, old)).toBeUndefined()
  })

  it('T12 is needed by its tags in the scope, and not by one outside of it', () => {
    const policy = policyOf('cleanup', {}, tag => tag !== 'mine')
    const { scene, put } = sceneOf({ policy, trackers: [{ ...tracker(), covers: tag => tag === 'mine' }] })
    put(old, 'mine')

    expect(needOfTag(scene, 'v1.0.0', old)).toBeUndefined()
  })
})
