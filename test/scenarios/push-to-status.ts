import { describe, expect, it } from 'vitest'
import { waitUntil } from '../real/parts/wait-until.ts'
import { annotate, conditionOf, newScene, read, statusOf, synced, track } from './objects.ts'
import { deleteManifest, push, type World } from './world.ts'

const once = 'Manual,Initial'
const twice = 'Manual,Manual,Initial'

/** The history tells attempts apart by the second. */
function nextSecond(): Promise<true | undefined> {
  const startedAt = Date.now()
  return waitUntil(() => Date.now() - startedAt > 1000 || undefined, { what: 'the next second' })
}

/** From a push in the registry to what `kubectl get repository` shows. */
export function pushToStatusScenarios(world: () => World): void {
  describe.concurrent('from a push to the status', () => {
    it('shows a push through the webhook alone, before anything asks for a sync', async () => {
      const scene = await newScene(world(), 'push')
      await push(scene, { tag: 'v1' })
      await track(scene, 'v1')
      await track(scene, 'v2')
      await synced(scene, 'v1')
      const before = await statusOf(
        scene,
        'v2',
        'that its tag is not there',
        ({ syncStatus }) => syncStatus === 'Failed',
      )

      const { digest } = await push(scene, { tag: 'v2' })
      const status = await synced(scene, 'v2')

      // A sync that a schedule, a retry or a person asked for is an attempt of its own.
      expect(status.history).toEqual(before.history)
      // Its one layer, and not its config.
      const manifest = { layers: [{ digest: expect.any(String) }] }
      expect(status).toMatchObject({ digest, image: `${world().registryHost}/${scene.repository}:v2`, manifest })
      expect(conditionOf(status, 'Synced')).toMatchObject({ status: 'True', reason: 'SyncSucceeded' })
    })

    it('shows every platform of an image for several', async () => {
      const scene = await newScene(world(), 'platforms')
      const platforms = ['linux/amd64', 'linux/arm64/v8']
      const { digest, children } = await push(scene, { tag: 'v1', platforms })
      await track(scene, 'v1')

      const status = await synced(scene, 'v1')

      expect(status).toMatchObject({
        digest,
        manifest: {
          platforms: [
            { os: 'linux', architecture: 'amd64', digest: children[0]?.digest },
            { os: 'linux', architecture: 'arm64', variant: 'v8', digest: children[1]?.digest },
          ],
        },
      })
    })

    it('remembers the digest from which a tag moved', async () => {
      const scene = await newScene(world(), 'moved')
      const first = await push(scene, { tag: 'stable', seed: 'first' })
      await track(scene, 'stable')
      await synced(scene, 'stable')

      const second = await push(scene, { tag: 'stable', seed: 'second' })
      const status = await statusOf(scene, 'stable', 'the new digest', ({ digest }) => digest === second.digest)

      expect(status).toMatchObject({ syncStatus: 'Success', previousDigest: first.digest })
      expect(status.digestChangedTime).toBeDefined()
    })

    it('says that a tag is gone, and no other', async () => {
      const scene = await newScene(world(), 'gone')
      const { digest } = await push(scene, { tag: 'unwanted' })
      await push(scene, { tag: 'kept' })
      await track(scene, 'unwanted')
      await track(scene, 'kept')
      await Promise.all([synced(scene, 'unwanted'), synced(scene, 'kept')])

      await deleteManifest(scene, digest)
      const status = await statusOf(scene, 'unwanted', 'its loss', ({ syncStatus }) => syncStatus === 'Failed')

      expect(conditionOf(status, 'Synced')).toMatchObject({ status: 'False', reason: 'TagNotFound' })
      expect((await read(scene, 'Repository', 'kept')).status).toMatchObject({ syncStatus: 'Success' })
    })

    it('syncs by hand as often as the same command is given', async () => {
      const scene = await newScene(world(), 'by-hand')
      await push(scene, { tag: 'v1' })
      await track(scene, 'v1')
      await synced(scene, 'v1')
      const again = async (name: string) => {
        await nextSecond()
        await annotate(scene, 'Repository', 'v1', { 'theriseunion.io/manual-sync': 'true' })
        return statusOf(scene, 'v1', `${name} sync by hand`, ({ syncStatus, history }) => {
          const triggers = (history as { trigger: string }[]).map(({ trigger }) => trigger)
          return syncStatus === 'Success' && triggers.join() === (name === 'a first' ? once : twice)
        })
      }

      await again('a first')
      const status = await again('a second')

      const { metadata } = await read(scene, 'Repository', 'v1')
      expect(metadata?.annotations ?? {}).not.toHaveProperty(['theriseunion.io/manual-sync'])
      expect(status).toMatchObject({ lastHandledManualSync: 'true' })
    })
  })
}
