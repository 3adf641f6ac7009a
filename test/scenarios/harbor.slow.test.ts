import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ImageToPush, pushImage } from '../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { manualRunAnnotation } from '../../shared/sweep/plan/due-run.ts'
import { pullsOf, startHarbor } from '../shared/adapters/registry/harbor/harbor-world.ts'
import { startInProcessStore } from '../support/in-process-store.ts'
import type { LocalStore } from '../support/local-store.ts'
import { createMemoryCluster } from '../support/memory-cluster.ts'
import { createSweepFixture, policySpec } from '../support/sweep-fixture.ts'

/**
 * A Harbor over weeks. Real here: the clients and adapters over HTTP, the store, sync, inventory, plan and execution. Stood
 * in for: Harbor itself, by a server that does as its source does; the clock.
 */
let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const day = 86_400
let worlds = 0

async function startWeeks() {
  const harbor = await startHarbor()
  worlds += 1
  const path = `team/weeks-${worlds}`
  const push = (image: ImageToPush) => pushImage(harbor.url, image)
  const world = { ...harbor, store: local.store, push, freshPath: () => path }
  // Another's cluster would know of images by the clock of another test.
  const sweep = createSweepFixture(world as never, [createMemoryCluster(`eu-harbor-${worlds}`)])
  harbor.state.now = sweep.now
  sweep.trackWhole()
  const pull = (tag: string) => fetch(`${harbor.url}/v2/${path}/manifests/${tag}`)
  const runPolicy = (rules: object) => {
    const { keepRecent: _, ...limits } = policySpec
    const annotations = { [manualRunAnnotation]: '0' }
    sweep.cluster.put('ImageCleanupPolicy', 'cleanup', { ...limits, ...rules }, { annotations })
  }
  /** One day: what nodes pull in the morning, the sync at noon, the sweep at night. */
  const passDay = async (number: number, pulled: readonly string[]) => {
    sweep.pass(day / 3)
    for (const tag of pulled) await pull(tag)
    sweep.pass(day / 3)
    await sweep.sync()
    sweep.pass(day / 3)
    sweep.rerun(`${number}`)
    await sweep.sweep(3)
  }
  return { harbor, sweep, path, push, runPolicy, passDay }
}

it('I27 over weeks what nobody pulls goes, what is pulled stays, and reads of our own count for neither', async () => {
  const { harbor, sweep, path, push, runPolicy, passDay } = await startWeeks()
  await push({ repository: path, tag: 'pulled', seed: 'pulled' })
  await push({ repository: path, tag: 'until-day-9', seed: 'until' })
  await push({ repository: path, tag: 'multi', platforms: ['linux/amd64', 'linux/arm64'] })
  await push({ repository: path, tag: 'unused', seed: 'unused' })
  const tagsOn: Record<number, readonly string[]> = {}
  runPolicy({ unusedDays: 7 })

  for (let number = 1; number <= 24; number++) {
    await passDay(number, ['pulled', ...(number <= 9 ? ['until-day-9'] : []), ...(number % 6 === 0 ? ['multi'] : [])])
    tagsOn[number] = await sweep.listTags()
  }

  expect(tagsOn[6]).toEqual(['multi', 'pulled', 'unused', 'until-day-9'].sort())
  expect(tagsOn[9]).toEqual(['multi', 'pulled', 'until-day-9'])
  expect(tagsOn[15]).toEqual(['multi', 'pulled', 'until-day-9'])
  expect(tagsOn[19]).toEqual(['multi', 'pulled'])
  expect(tagsOn[24]).toEqual(['multi', 'pulled'])
  // Two images were archived; nothing else was handed out to us.
  expect(pullsOf(harbor.requests)).toBe(2)
  expect(harbor.database.inRepository(path)).toHaveLength(4)
})

it('an image with an immutable tag is left alone without a read of it, night after night', async () => {
  const { harbor, sweep, path, push, runPolicy, passDay } = await startWeeks()
  harbor.state.isImmutable = tag => tag === 'release'
  const { digest } = await push({ repository: path, tag: 'release', seed: 'release' })
  await push({ repository: path, tag: 'unused', seed: 'unused' })
  runPolicy({ unusedDays: 7 })

  for (let number = 1; number <= 14; number++) await passDay(number, [])

  expect(await sweep.listTags()).toEqual(['release'])
  expect(harbor.database.get(path, digest as Digest).pulledAt).toBeUndefined()
})
