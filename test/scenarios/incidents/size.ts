import pMap from 'p-map'
import { expect, it } from 'vitest'
import { always, isManifest } from '../../support/registry-faults.ts'
import { newScene, type Status, sweep, waitForStatus } from '../objects.ts'
import type { ProxiedWorld } from '../proxied-installation.ts'
import { endedRun } from '../sweep.ts'
import { listTags, push, pushTags } from '../world.ts'
import { sweepOnce, trackWhole } from './sweep-once.ts'

const many = 120
const unlimited = { maxDeletionsPerRun: 10_000 }

/** I16: sweeps that could not finish, and so deleted nothing at all. */
export function sizeIncidents(world: () => ProxiedWorld): void {
  it('I16 a sweep of more images than one batch holds ends, and has deleted every one of them', async () => {
    const scene = await newScene(world(), 'many')
    const tags = Array.from({ length: many }, (_, at) => `v${at + 1}`)
    await pMap(tags, tag => push(scene, { tag }), { concurrency: 8 })
    await trackWhole(scene)

    const run = await sweepOnce(scene, 'keep-newest', { keepRecent: 2, ...unlimited })

    expect(run).toMatchObject({ result: 'Success', scanned: many, deleted: many - 2, failed: 0 })
    expect(await listTags(scene)).toEqual(tags.slice(-2).toSorted())
  })

  it.each([
    ['a gateway that times out', { kind: 'answer', status: 504 } as const],
    ['a connection that breaks', { kind: 'reset' } as const],
    ['a refusal', { kind: 'answer', status: 403 } as const],
  ])(
    'I16 one image that cannot be deleted for %s stops no other, and goes when it can',
    async (_, answer) => {
      const scene = await newScene(world(), 'poison')
      const { v1 } = await pushTags(scene, 'v1', 'v2', 'v3', 'v4', 'v5', 'v6')
      await trackWhole(scene)
      const faults = ['v1', v1?.digest].map(poison =>
        world().proxy.inject(always(isManifest('DELETE', scene.repository, poison), answer)),
      )
      const undo = () => {
        for (const takeAway of faults) takeAway()
      }

      await sweep(scene, 'keep-newest', { keepRecent: 2 })
      const told = await waitForStatus(scene, 'ImageCleanupPolicy', 'keep-newest', 'a failure', failed, 90_000)
      const others = await listTags(scene).finally(undo)
      await endedRun(scene, 'keep-newest', 90_000)
      await sweepOnce(scene, 'once-more', { keepRecent: 2 })

      expect(others).toEqual(['v1', 'v5', 'v6'])
      expect((told.lastRun as { items: unknown }).items).toContainEqual(
        expect.objectContaining({ name: 'v1', action: 'Failed' }),
      )
      expect(await listTags(scene)).toEqual(['v5', 'v6'])
    },
    120_000,
  )
}

const failed = ({ lastRun }: Status): boolean => ((lastRun as { failed?: number } | undefined)?.failed ?? 0) > 0
