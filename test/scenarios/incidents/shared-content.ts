import { expect, it } from 'vitest'
import { newScene } from '../objects.ts'
import { missingFrom } from '../pull.ts'
import { putIndex } from '../referrers.ts'
import { trackPushed } from '../sweep.ts'
import { answersFor, listTags, push, pushTags, type World } from '../world.ts'
import { readAgain, sweepOnce, trackWhole } from './sweep-once.ts'

/** I1 to I3: what several tags, indexes or repositories have in common. */
export function sharedContentIncidents(world: () => World): void {
  it.each(['oci', 'docker'] as const)(
    'I1 every platform of every %s image that stays can still be pulled, though its manifests have no tags',
    async format => {
      const scene = await newScene(world(), 'children')
      const platforms = ['linux/amd64', 'linux/arm64', 'unknown/unknown']
      for (const tag of ['v1', 'v2', 'v3', 'latest']) await push(scene, { tag, platforms, format })
      await trackWhole(scene)

      const run = await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

      expect(run).toMatchObject({ result: 'Success', failed: 0 })
      expect(await listTags(scene)).toEqual(['latest', 'v3'])
      for (const tag of ['latest', 'v3']) expect(await missingFrom(scene, tag)).toEqual([])
    },
  )

  it('I1 an index of indexes keeps everything below it, and one that is to be deleted leaves nothing behind', async () => {
    const scene = await newScene(world(), 'nested')
    const inner = await push(scene, { seed: 'inner', platforms: ['linux/amd64', 'linux/arm64'] })
    const toDelete = await push(scene, { seed: 'unwanted', platforms: ['linux/amd64', 'linux/arm64'] })
    const outer = async (tag: string, child: { mediaType: string; digest: string; size: number }) => {
      const { mediaType, digest, size } = child
      await putIndex(scene, tag, [{ mediaType, digest, size }])
    }
    await outer('v1', toDelete)
    await outer('v2', inner)
    await trackWhole(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await missingFrom(scene, 'v2')).toEqual([])
    const gone = ['v1', toDelete.digest, ...toDelete.children.map(child => child.digest)]
    expect(await answersFor(scene, ...gone)).toEqual(Object.fromEntries(gone.map(reference => [reference, 404])))
  })

  it('I2 an index that is to be deleted takes the one platform that is its own, and not the one that a kept index has too', async () => {
    const scene = await newScene(world(), 'platform')
    const old = await push(scene, { tag: 'v1', seed: 'same', platforms: ['linux/amd64', 'linux/arm64'] })
    const kept = await push(scene, { tag: 'v2', seed: 'same', platforms: ['linux/arm64', 'linux/s390x'] })
    const [own, shared] = old.children.map(child => child.digest)
    await trackWhole(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(kept.children[0]?.digest).toBe(shared)
    expect(await missingFrom(scene, 'v2')).toEqual([])
    expect(await answersFor(scene, 'v1', own ?? '')).toEqual({ v1: 404, [own ?? '']: 404 })
  })

  it('I2 a tag that moved to another index leaves what both have in common', async () => {
    const scene = await newScene(world(), 'moved')
    const first = await push(scene, { tag: 'v1', seed: 'same', platforms: ['linux/amd64', 'linux/arm64'] })
    await trackWhole(scene)
    await push(scene, { tag: 'v1', seed: 'same', platforms: ['linux/arm64', 'linux/s390x'] })
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await missingFrom(scene, 'v1')).toEqual([])
    expect(await answersFor(scene, first.digest)).toEqual({ [first.digest]: 404 })
  })

  it('I3 of many tags on one digest one that is kept keeps them all', async () => {
    const scene = await newScene(world(), 'digest')
    const { digest } = await push(scene, { tag: 'build-1', seed: 'same' })
    for (const tag of ['v1', 'v1.0', 'prod', 'latest']) await push(scene, { tag, seed: 'same' })
    await pushTags(scene, 'v2', 'v3')
    await trackWhole(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1, keepTags: ['prod'] })

    expect(await listTags(scene)).toEqual(expect.arrayContaining(['latest', 'prod', 'v3']))
    expect(await answersFor(scene, digest, 'prod', 'v2')).toEqual({ [digest]: 200, prod: 200, v2: 404 })
    expect(await missingFrom(scene, 'prod')).toEqual([])
  })

  it('I3 a tag that is deleted takes no other with it that nobody gave to the policy', async () => {
    const scene = await newScene(world(), 'tag')
    const { digest } = await push(scene, { tag: 'v1', seed: 'same' })
    for (const tag of ['v1.0', 'prod', 'latest']) await push(scene, { tag, seed: 'same' })
    await pushTags(scene, 'v2')
    await trackPushed(scene, ['v1', 'v1.0', 'v2'])

    const run = await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(run).toMatchObject({ result: 'Success', failed: 0 })
    expect(await listTags(scene)).toEqual(['latest', 'prod', 'v2'])
    expect(await answersFor(scene, digest)).toEqual({ [digest]: 200 })
    for (const tag of ['prod', 'latest']) expect(await missingFrom(scene, tag)).toEqual([])
  })

  it('I3 a digest whose every tag is to be deleted goes, and the same digest in another repository stays', async () => {
    const scene = await newScene(world(), 'repository')
    const neighbour = { ...scene, repository: `${scene.repository}-copy` }
    const { digest } = await push(scene, { tag: 'v1', seed: 'same' })
    await push(scene, { tag: 'v1.0', seed: 'same' })
    await push(neighbour, { tag: 'v1', seed: 'same' })
    await push(scene, { tag: 'v2' })
    await trackWhole(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await answersFor(scene, 'v1', 'v1.0', digest, 'v2')).toEqual({
      v1: 404,
      'v1.0': 404,
      [digest]: 404,
      v2: 200,
    })
    expect(await answersFor(neighbour, 'v1', digest)).toEqual({ v1: 200, [digest]: 200 })
    expect(await missingFrom(neighbour, 'v1')).toEqual([])
  })
}
