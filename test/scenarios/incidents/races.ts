import { expect, it } from 'vitest'
import type { PushedImage } from '../../../cli/embedded/registry/push-image.ts'
import { isManifest, meanwhile } from '../../support/registry-faults.ts'
import type { Fault, ProxiedRequest } from '../../support/registry-proxy.ts'
import { newScene } from '../objects.ts'
import type { ProxiedWorld } from '../proxied-installation.ts'
import { missingFrom } from '../pull.ts'
import { cosign } from '../referrers.ts'
import { answersFor, listTags, push, pushTags } from '../world.ts'
import { readAgain, sweepOnce, trackWhole } from './sweep-once.ts'

/** What a sweep asks about an image when its turn has come: after everything was read, and before its last look. */
const isTurn =
  (repository: string, digest: string) =>
  ({ path }: ProxiedRequest): boolean =>
    path.startsWith(`/v2/${repository}/referrers/${digest}`) ||
    path.startsWith(`/v2/${repository}/manifests/${digest.replace(':', '-')}`)

/** I15: what is pushed in the middle of a sweep, after it has read everything. */
export function raceIncidents(world: () => ProxiedWorld): void {
  it('I15 a digest to delete stays that got another tag after the sweep had read everything', async () => {
    const scene = await newScene(world(), 'tag')
    const { digest } = await push(scene, { tag: 'v1', seed: 'same' })
    await pushTags(scene, 'v2')
    await trackWhole(scene)
    const pushed = meanwhile(isTurn(scene.repository, digest), () => push(scene, { tag: 'v9', seed: 'same' }))
    const undo = world().proxy.inject(pushed)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 }).finally(undo)

    expect(await answersFor(scene, 'v9', digest)).toEqual({ v9: 200, [digest]: 200 })
    expect(await missingFrom(scene, 'v9')).toEqual([])
  })

  it('I15 a tag to delete stays that was pushed anew after the sweep had read everything', async () => {
    const scene = await newScene(world(), 'anew')
    const { one } = await pushTags(scene, 'one', 'other')
    await trackWhole(scene)
    await pushTags(scene, 'newest')
    await readAgain(scene)
    // No registry deletes a tag only if it stands where it stood: the tag that moves is one whose turn is still to come.
    let moved = ''
    const pushed: Fault = async ({ method, path }) => {
      if (moved || method !== 'DELETE' || !path.startsWith(`/v2/${scene.repository}/`)) return undefined
      moved = path.endsWith('/one') || path.endsWith(`/${one?.digest}`) ? 'other' : 'one'
      await push(scene, { tag: moved, seed: 'anew' })
      return undefined
    }
    const undo = world().proxy.inject(pushed)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 }).finally(undo)

    expect(moved).toMatch(/^(one|other)$/)
    expect(await missingFrom(scene, moved)).toEqual([])
  })

  it('I15 F14 the manifests stay that an index refers to which was pushed after the sweep had read everything', async () => {
    const scene = await newScene(world(), 'index')
    const { digest } = await push(scene, { tag: 'v1', seed: 'same', platforms: ['linux/amd64', 'linux/arm64'] })
    await pushTags(scene, 'v2')
    await trackWhole(scene)
    const pushed = meanwhile(isManifest('DELETE', scene.repository, digest), () =>
      push(scene, { tag: 'v9', seed: 'same', platforms: ['linux/arm64', 'linux/amd64'] }),
    )
    const undo = world().proxy.inject(pushed)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 }).finally(undo)

    expect(await missingFrom(scene, 'v9')).toEqual([])
  })

  it('I15 F15 a signature pushed in the middle of a sweep goes with the next one', async () => {
    const scene = await newScene(world(), 'signature')
    const image = await push(scene, { tag: 'v1' })
    await pushTags(scene, 'v2')
    await trackWhole(scene)
    let signature: PushedImage | undefined
    const pushed = meanwhile(isManifest('DELETE', scene.repository), async () => {
      signature = await cosign(scene, image, '.sig')
    })
    const undo = world().proxy.inject(pushed)

    await sweepOnce(scene, 'first', { keepRecent: 1 }).finally(undo)
    await readAgain(scene)
    await sweepOnce(scene, 'second', { keepRecent: 1 })

    expect(signature).toBeDefined()
    expect(await answersFor(scene, 'v1', signature?.digest ?? '')).toEqual({ v1: 404, [signature?.digest ?? '']: 404 })
    expect(await listTags(scene)).toEqual(['v2'])
  })
}
