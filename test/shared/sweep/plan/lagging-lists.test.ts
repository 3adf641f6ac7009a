import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Store } from '../../../../shared/ports/store.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { entryOf } from '../../../support/records.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

it('marks nothing by a list of a moment ago, of an image that another has written since', async () => {
  const lists = new Map<string, readonly never[]>()
  const reads: boolean[] = []
  const lagging =
    (list: 'listTags' | 'listImages'): Store['listTags'] & Store['listImages'] =>
    async (repository, options) => {
      reads.push(options?.mayLag === true)
      const now = () => world.store[list](repository, options) as Promise<readonly never[]>
      return (options?.mayLag ? lists.get(list) : undefined) ?? now()
    }
  const store: Store = { ...world.store, listTags: lagging('listTags'), listImages: lagging('listImages') }
  const sweep = createSweepFixture({ ...world, store })
  sweep.policy()
  sweep.trackWhole()
  for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)
  sweep.pass(120)
  await sweep.inventories()
  for (const list of ['listTags', 'listImages'] as const)
    lists.set(list, (await world.store[list](sweep.repository)) as readonly never[])
  const imageOf = async (tag: string) => {
    const { digest } = (await world.store.findTag(sweep.repository, tag)) ?? {}
    const image = digest && (await world.store.findImage(sweep.repository, digest))
    if (!image) throw new Error(`expected the image of ${tag}`)
    return image
  }
  const [first, second] = [await imageOf('v1'), await imageOf('v2')]
  const change = entryOf(`${sweep.repository} later`, 121, { action: 'image-refreshed', digest: first.digest })
  const later = await world.store.saveImage({ ...first, change }, first)
  reads.length = 0

  await sweep.plan()

  const marked = (await world.store.listImages(sweep.repository)).filter(image => image.mark)
  expect(reads).toContain(true)
  expect(marked.map(({ digest }) => digest)).toEqual([second.digest])
  expect(await world.store.findImage(sweep.repository, first.digest)).toEqual(later)
})
