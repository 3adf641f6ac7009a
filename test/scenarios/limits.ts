import type { KubernetesObject } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { annotate, conditionOf, newScene, read, type Status, synced, track, waitForStatus } from './objects.ts'
import { endedRun, trackPushed } from './sweep.ts'
import { answersFor, listTags, pushTags, type Scene, type World } from './world.ts'

const versions = (count: number) => Array.from({ length: count }, (_, at) => `v${at + 1}`)

/** How much a policy deletes at once, and what it asks a person for. */
export function limitScenarios(world: () => World): void {
  describe.concurrent('24: the limits of a sweep', () => {
    it('are a pace: a run takes those pushed longest ago, and the next one goes on', async () => {
      const scene = await newScene(world(), 'pace')
      await pushTags(scene, 'v1', 'v2', 'v3')
      await trackPushed(scene, ['v1', 'v2', 'v3'])

      await create(scene, { keepRecent: 1, maxDeletionsPerRun: 1, maxDeletionPercent: 100 })
      const first = await endedRun(scene, 'limited')
      const between = await answersFor(scene, 'v1', 'v2', 'v3')
      await rerun(scene, 'second')
      const second = await endedRunOf(scene, 'second')

      expect(first).toMatchObject({ result: 'Success', deleted: 1, waitForPace: 1 })
      expect(Object.values(between).filter(status => status === 404)).toHaveLength(1)
      expect(between.v3).toBe(200)
      expect(second).toMatchObject({ result: 'Success', deleted: 1 })
      expect(second).not.toHaveProperty('waitForPace')
      expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual({ v1: 404, v2: 404, v3: 200 })
    })

    it('are a fuse: with the limits that a policy has when it names none, 27 of 30 images wait for a person', async () => {
      const scene = await newScene(world(), 'fuse')
      await pushTags(scene, ...versions(30))
      await track(scene)
      await synced(scene, 'whole')
      await trackPushed(scene, ['v30'])

      await create(scene, { keepRecent: 3 })
      const left = await endedRun(scene, 'limited')
      const asked = await policyStatus(scene, 'what it asks for', ({ approval }) => approval !== undefined)
      const { hash, repositories } = asked.approval as { hash: string; repositories: object[] }
      expect(left).toMatchObject({ result: 'Success', deleted: 0, waitForApproval: 1 })
      expect(left.message).toContain(`shelflife approve ${scene.namespace}/limited`)
      expect(repositories).toMatchObject([{ images: 30, toDelete: 27, approved: 0 }])
      expect(await listTags(scene)).toHaveLength(30)

      await annotate(scene, 'ImageCleanupPolicy', 'limited', { 'theriseunion.io/approve': 'yes' })
      const refused = await policyStatus(scene, 'a refusal', status => approvalReason(status) === 'ApprovalRefused')
      expect(conditionOf(refused, 'ApprovalRequired')?.message).toContain(`expected the hash ${hash}`)
      expect(await listTags(scene)).toHaveLength(30)

      await annotate(scene, 'ImageCleanupPolicy', 'limited', { 'theriseunion.io/approve': hash })
      const done = await policyStatus(scene, 'the end of the approved run', isDone)

      expect(done.lastRun).toMatchObject({ result: 'Success', trigger: 'Manual', failed: 0 })
      expect(done).toMatchObject({ totalDeleted: 27, lastHandledApproval: hash })
      expect((await listTags(scene)).sort()).toEqual(['v28', 'v29', 'v30'])
      const { metadata } = await read(scene, 'ImageCleanupPolicy', 'limited')
      expect(metadata?.annotations ?? {}).not.toHaveProperty(['theriseunion.io/approve'])
    }, 120_000)
  })
}

const approvalReason = (status: Status) => conditionOf(status, 'ApprovalRequired')?.reason

const isDone = ({ totalDeleted, lastRun }: Status): boolean =>
  totalDeleted === 27 && (lastRun as { result?: string } | undefined)?.result === 'Success'

const policyStatus = (scene: Scene, what: string, isThere: (status: Status) => boolean): Promise<Status> =>
  waitForStatus(scene, 'ImageCleanupPolicy', 'limited', what, isThere, 60_000)

/** With the limits that a policy has when it names none, but for those given. */
const create = ({ world, namespace }: Scene, spec: object) =>
  world.client.create({
    apiVersion: 'image.theriseunion.io/v1alpha1',
    kind: 'ImageCleanupPolicy',
    metadata: { namespace, name: 'limited', annotations: { 'theriseunion.io/manual-run': 'first' } },
    spec: { gracePeriod: '1s', targets: ['Configuration', 'RegistryArtifact'], ...spec },
  } as KubernetesObject)

const rerun = (scene: Scene, value: string) =>
  annotate(scene, 'ImageCleanupPolicy', 'limited', { 'theriseunion.io/manual-run': value })

/** The run that the annotation's value asked for, when it has ended. */
async function endedRunOf(scene: Scene, value: string): Promise<Record<string, unknown>> {
  const isEnded = ({ lastHandledManualRun, lastRun }: Status) =>
    lastHandledManualRun === value && (lastRun as { result?: string }).result !== 'Running'
  return (await policyStatus(scene, `the end of run ${value}`, isEnded)).lastRun as Record<string, unknown>
}
