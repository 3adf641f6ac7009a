import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Store } from '../../../shared/ports/store.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { type AboutToDelete, aboutToDelete, expectDeletedAtLast, expectNothingGone } from './about-to-delete.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** Not one of our families: nothing that anybody foresaw. */
const bug = async () => {
  throw new TypeError('cannot read properties of undefined')
}

/** The target with a method that throws until `repair` is called. */
function breakable<T extends object>(target: T, method: keyof T): { broken: T; break: () => void; repair: () => void } {
  let isBroken = false
  const broken = new Proxy(target, {
    get: (_, name, receiver) => (isBroken && name === method ? bug : Reflect.get(target, name, receiver)),
  })
  const set = (next: boolean) => () => {
    isBroken = next
  }
  return { broken, break: set(true), repair: set(false) }
}

async function expectKept(toDelete: AboutToDelete): Promise<void> {
  await expect(toDelete.sweep.execute(toDelete.request)).rejects.toThrow(TypeError)
  await expectNothingGone(world, toDelete)
}

it.each<keyof Store>([
  'listTags',
  'listImages',
  'findRepository',
  'listUsage',
  'listClusterUsage',
  'findInventories',
  'takeLease',
])('F34 %s of the store throws: nothing is deleted, and it goes on when it is repaired', async method => {
  const store = breakable(world.store, method)
  const toDelete = await aboutToDelete({ ...world, store: store.broken })
  store.break()

  await expectKept(toDelete)

  store.repair()
  await expectDeletedAtLast(toDelete)
})

it.each(['listWorkloads', 'listObjects', 'findObject'] as const)(
  'F34 %s of the cluster throws: nothing is deleted',
  async method => {
    const toDelete = await aboutToDelete(world)
    toDelete.sweep.cluster[method] = bug

    await expectKept(toDelete)
  },
)

it.each(['findTag', 'findManifest', 'listRepository', 'listReferrers'] as const)(
  'F34 %s of the registry throws: nothing is deleted, and it goes on when it is repaired',
  async method => {
    const writer = breakable(world.writer, method)
    const toDelete = await aboutToDelete({ ...world, writer: writer.broken })
    writer.break()

    await expectKept(toDelete)

    writer.repair()
    await expectDeletedAtLast(toDelete)
  },
)

it('F34 the kill switch cannot be read: nothing is deleted', async () => {
  const toDelete = await aboutToDelete(world)
  toDelete.sweep.killSwitch.isPaused = bug

  await expectKept(toDelete)
})

it('F34 the archive takes nothing: nothing is deleted that could not be brought back', async () => {
  const toDelete = await aboutToDelete(world)
  toDelete.sweep.archive.putManifest = bug

  await expectKept(toDelete)
})
