import { describe, expect, it } from 'vitest'
import { waitUntil } from '../real/parts/wait-until.ts'
import type { Installation } from './installation.ts'
import { namesOf, newScene, read, sweep, synced, track } from './objects.ts'
import { endedRun, trackPushed } from './sweep.ts'
import { answersFor, listTags, push, pushTags, type Scene, type World } from './world.ts'

// As many as no fuse asks a person about: the more there are, the surer the cut comes while they go.
const toDelete = Array.from({ length: 18 }, (_, at) => `v${at + 1}`)
const kept = ['v19', 'v20']
/** On a busy machine a sweep may end before anybody sees that it began. */
const mostSweeps = 5

/** The scene of a sweep that has begun to delete and has not ended. */
async function sweepUnderWay(world: World): Promise<Scene> {
  for (let at = 1; at <= mostSweeps; at++) {
    const scene = await newScene(world, `power-cut-${at}`)
    await pushTags(scene, ...toDelete, ...kept)
    await trackPushed(scene, [...toDelete, ...kept])
    await sweep(scene, 'keep-two', { keepRecent: 2 })
    await waitUntil(async () => (await listTags(scene)).length < 20, { what: 'the first deletion', intervalMs: 5 })
    if ((await namesOf(scene, 'Repository')).length > kept.length) return scene
  }
  throw new Error(`expected to see one of ${mostSweeps} sweeps under way, got their ends only`)
}

/** What a power cut leaves behind. Nobody else may use the installation meanwhile. */
export function restartScenarios(installation: () => Installation): void {
  describe('after a power cut', () => {
    // The killed sweep holds its repository for the half minute of its lease.
    it('F7 F8 finishes the sweep that was under way, and loses nothing that is needed', async () => {
      const scene = await sweepUnderWay(installation().world)
      await installation().kill()
      await installation().restart()
      const after = { ...scene, world: installation().world }
      const run = await endedRun(after, 'keep-two', 60_000)

      expect(run).toMatchObject({ result: 'Success', failed: 0 })
      expect(await listTags(after)).toEqual(kept)
      expect(await namesOf(after, 'Repository')).toEqual(kept)
    }, 180_000)

    it('shows what it knew, and takes a push', async () => {
      const scene = await newScene(installation().world, 'status')
      const { digest } = await push(scene, { tag: 'v1' })
      await track(scene, 'v1')
      await track(scene, 'v2')
      await synced(scene, 'v1')

      await installation().kill()
      await installation().restart()
      const after = { ...scene, world: installation().world }
      const shown = await read(after, 'Repository', 'v1')
      const second = await push(after, { tag: 'v2' })

      expect(shown.status).toMatchObject({ syncStatus: 'Success', digest })
      expect(await synced(after, 'v2')).toMatchObject({ digest: second.digest })
      expect(await answersFor(after, 'v1')).toEqual({ v1: 200 })
    })
  })
}
