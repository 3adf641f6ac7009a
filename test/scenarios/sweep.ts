import { describe, expect, it } from 'vitest'
import { waitUntil } from '../real/parts/wait-until.ts'
import {
  deploy,
  merge,
  namesOf,
  newScene,
  type Status,
  statusOf,
  sweep,
  synced,
  track,
  waitForStatus,
} from './objects.ts'
import { answersFor, push, pushTags, type Scene, type World } from './world.ts'

/** Tracks the tags and waits until their images are older than the grace period, which protects what is younger. */
export async function trackPushed(scene: Scene, tags: readonly string[], graceMs = 1_000): Promise<void> {
  for (const tag of tags) await track(scene, tag)
  await Promise.all(tags.map(tag => synced(scene, tag)))
  const syncedAt = Date.now()
  await waitUntil(() => Date.now() - syncedAt > graceMs, { what: 'the images to be older than the grace period' })
}

/** The last run of a policy, as its status shows it when it has ended. */
export const endedRun = async (scene: Scene, policy: string, deadlineMs?: number): Promise<Record<string, unknown>> => {
  const status = await waitForStatus(scene, 'ImageCleanupPolicy', policy, 'a run that ended', ended, deadlineMs)
  return status.lastRun as Record<string, unknown>
}

const ended = ({ lastRun }: Status): boolean => {
  const { result } = (lastRun ?? {}) as { result?: string }
  return result !== undefined && result !== 'Running'
}

/** What a policy deletes, what it never may, and what it says of it. */
export function sweepScenarios(world: () => World): void {
  describe.concurrent('a sweep', () => deletions(world))
  describe.concurrent('a sweep never deletes', () => protections(world))
  describe.concurrent('a sweep without deletions', () => withoutDeletions(world))
}

function deletions(world: () => World): void {
  it('marks, waits out the grace, deletes, and reports', async () => {
    const scene = await newScene(world(), 'sweep')
    await pushTags(scene, 'v1', 'v2', 'v3')
    await trackPushed(scene, ['v1', 'v2', 'v3'], 3_000)

    await sweep(scene, 'keep-two', { keepRecent: 2, gracePeriod: '3s' })
    const marked = await statusOf(scene, 'v1', 'its mark', ({ cleanup }) => (cleanup as Cleanup)?.candidate === true)
    const run = await endedRun(scene, 'keep-two')

    expect(marked.cleanup).toMatchObject({ policyRef: expect.stringContaining(`${scene.namespace}/keep-two`) })
    expect(run).toMatchObject({ trigger: 'Manual', result: 'Success', scanned: 3, deleted: 1, failed: 0 })
    expect(run.freedBytes).toBeGreaterThan(0)
    expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual({ v1: 404, v2: 200, v3: 200 })
    expect(await namesOf(scene, 'Repository')).toEqual(['v2', 'v3'])
  })

  it('I3 takes one of two tags on a digest and leaves the other with its digest', async () => {
    const scene = await newScene(world(), 'siblings')
    const { digest } = await push(scene, { tag: 'v1', seed: 'shared' })
    await push(scene, { tag: 'v9', seed: 'shared' })
    await push(scene, { tag: 'v2' })
    await trackPushed(scene, ['v1', 'v2'])

    await sweep(scene, 'keep-newest', { keepRecent: 1 })
    await endedRun(scene, 'keep-newest')

    expect(await answersFor(scene, 'v9', 'v2', digest)).toEqual({ v9: 200, v2: 200, [digest]: 200 })
  })

  it('I5 takes a signature with its subject', async () => {
    const scene = await newScene(world(), 'signed')
    const { v1 } = await pushTags(scene, 'v1', 'v2')
    const signature = await push(scene, { tag: cosignTagOf(v1?.digest), seed: 'signature' })
    await track(scene)
    await synced(scene, 'whole')
    await trackPushed(scene, ['v2'])

    await sweep(scene, 'keep-newest', { keepRecent: 1 })
    await endedRun(scene, 'keep-newest')

    expect(await answersFor(scene, 'v1', signature.digest, 'v2')).toEqual({ v1: 404, [signature.digest]: 404, v2: 200 })
  })
}

interface Cleanup {
  readonly candidate?: boolean
}

const cosignTagOf = (digest: string | undefined) => `${digest?.replace(':', '-')}.sig`

function protections(world: () => World): void {
  it('I8 what a Deployment runs by tag', async () => {
    const scene = await newScene(world(), 'by-tag')
    await pushTags(scene, 'v1', 'v2', 'v3')
    await deploy(scene, 'app', `${world().registryHost}/${scene.repository}:v1`)
    await trackPushed(scene, ['v1', 'v2', 'v3'])

    await sweep(scene, 'keep-newest', { keepRecent: 1 })
    const run = await endedRun(scene, 'keep-newest')

    expect(run).toMatchObject({ result: 'Success', deleted: 1 })
    expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual({ v1: 200, v2: 404, v3: 200 })
  })

  it('I6 what a Deployment runs by digest, after its tag moved on', async () => {
    const scene = await newScene(world(), 'by-digest')
    const first = await push(scene, { tag: 'v1', seed: 'first' })
    await track(scene)
    await synced(scene, 'whole')
    await push(scene, { tag: 'v1', seed: 'second' })
    await push(scene, { tag: 'v2' })
    await deploy(scene, 'app', `${world().registryHost}/${scene.repository}@${first.digest}`)
    await trackPushed(scene, ['v2'])

    await sweep(scene, 'keep-newest', { keepRecent: 1 })
    await endedRun(scene, 'keep-newest')

    expect(await answersFor(scene, first.digest, 'v1', 'v2')).toEqual({ [first.digest]: 200, v1: 404, v2: 200 })
  })

  it('what a Deployment could be rolled back to', async () => {
    const scene = await newScene(world(), 'rollback')
    await pushTags(scene, 'v1', 'v2', 'v3')
    const image = (tag: string) => `${world().registryHost}/${scene.repository}:${tag}`
    await deploy(scene, 'app', image('v1'), 0)
    await waitForReplicaSets(scene, 1)
    await merge(world(), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: scene.namespace, name: 'app' },
      spec: { template: { spec: { containers: [{ name: 'app', image: image('v3') }] } } },
    } as Parameters<typeof merge>[1])
    await waitForReplicaSets(scene, 2)
    await trackPushed(scene, ['v1', 'v2', 'v3'])

    await sweep(scene, 'keep-newest', { keepRecent: 1 })
    await endedRun(scene, 'keep-newest')

    expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual({ v1: 200, v2: 404, v3: 200 })
  })

  it('I1 the manifests of an index that stays', async () => {
    const scene = await newScene(world(), 'index')
    const index = await push(scene, { tag: 'v2', platforms: ['linux/amd64', 'linux/arm64'] })
    await push(scene, { tag: 'v1' })
    await track(scene)
    await synced(scene, 'whole')
    await trackPushed(scene, ['v2'])
    const children = index.children.map(child => child.digest)

    await sweep(scene, 'keep-newest', { keepRecent: 1 })
    await endedRun(scene, 'keep-newest')

    expect(await answersFor(scene, 'v1', 'v2', ...children)).toEqual({
      v1: 404,
      v2: 200,
      ...Object.fromEntries(children.map(digest => [digest, 200])),
    })
  })

  it('a manifest that has a tag of its own when its index goes', async () => {
    const scene = await newScene(world(), 'child')
    const child = await push(scene, { tag: 'v2', seed: 'child' })
    const platforms = ['linux/amd64', 'linux/arm64']
    const index = await push(scene, { tag: 'v1', seed: 'child', platforms })
    expect(index.children[0]?.digest).toBe(child.digest)
    await trackPushed(scene, ['v1', 'v2'])

    await sweep(scene, 'keep-newest', { keepRecent: 1 })
    await endedRun(scene, 'keep-newest')

    expect(await answersFor(scene, 'v1', 'v2', child.digest)).toEqual({ v1: 404, v2: 200, [child.digest]: 200 })
  })
}

const waitForReplicaSets = ({ world, namespace }: Scene, count: number) =>
  waitUntil(async () => (await world.client.list('apps/v1', 'ReplicaSet', namespace)).items.length === count, {
    what: `${count} ReplicaSets`,
  })

function withoutDeletions(world: () => World): void {
  const allTags = { v1: 200, v2: 200, v3: 200 }
  const pushThree = async (name: string) => {
    const scene = await newScene(world(), name)
    await pushTags(scene, 'v1', 'v2', 'v3')
    await trackPushed(scene, ['v1', 'v2', 'v3'])
    return scene
  }

  it('says on a dry run what it would delete', async () => {
    const scene = await pushThree('dry-run')

    await sweep(scene, 'dry', { keepRecent: 1, dryRun: true })
    const run = await endedRun(scene, 'dry')

    expect(run).toMatchObject({ result: 'Success', dryRun: true, candidates: 2, deleted: 0 })
    const items = run.items as { name: string; action: string }[]
    expect(items.map(({ name, action }) => `${action} ${name}`).sort()).toEqual(['WouldDelete v1', 'WouldDelete v2'])
    expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual(allTags)
  })

  it('leaves the registry alone where its target is the configuration', async () => {
    const scene = await pushThree('configuration')

    await sweep(scene, 'objects', { keepRecent: 1, targets: ['Configuration'] })
    const run = await endedRun(scene, 'objects')

    expect(run).toMatchObject({ result: 'Success', deleted: 2 })
    expect(await namesOf(scene, 'Repository')).toEqual(['v3'])
    expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual(allTags)
  })
}
