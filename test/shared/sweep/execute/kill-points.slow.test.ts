import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, signatureTag, startLoopback } from '../../../support/loopback.ts'
import { createKillPoint, KilledError, type KillPoint } from '../../../support/memory-platform.ts'
import { createSweepFixture, type SweepFixture } from '../../../support/sweep-fixture.ts'
import { killEvery } from '../../../support/thoroughness.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

type Part = 'planning and execution' | 'execution'

/** Marks in a first minute, and deletes what has matured in a second. */
async function runOnce(sweep: SweepFixture, kill: KillPoint, part: Part): Promise<void> {
  const planning = part === 'planning and execution' ? kill : undefined
  for (let minute = 0; minute < 2; minute++) {
    sweep.pass(120)
    await sweep.inventories()
    for (const request of await sweep.plan(planning)) await sweep.execute(request, kill)
  }
}

/** True when the run was killed: the answer of its `last`-th call never came. */
async function killedAfter(last: number, sweep: SweepFixture, part: Part): Promise<boolean> {
  try {
    await runOnce(sweep, createKillPoint(last), part)
    return false
  } catch (error) {
    if (error instanceof KilledError) return true
    throw error
  }
}

async function expectWhole(
  sweep: SweepFixture,
  toDelete: readonly string[],
  objects: readonly string[],
  where: string,
): Promise<void> {
  expect(await sweep.tag('v3'), where).toBeDefined()
  const left = (await world.reader.listRepository(sweep.path)).tags.map(({ tag }) => tag)
  expect(left, where).toEqual(['v3'])
  for (const digest of toDelete as `sha256:${string}`[]) {
    expect(await sweep.holds(digest), `${where}: the registry still holds ${digest}`).toBe(false)
    expect((await sweep.image(digest))?.goneAt, `${where}: the store still knows ${digest}`).toBeDefined()
    // Whatever a killed attempt had taken already is in the graph of the one that ended.
    expect(sweep.archive.entries.get(digest)?.graph, where).toMatchObject({
      tags: ['v1', 'v2'],
      objects: objects.map(name => ({ metadata: { name } })),
      policy: `${sweep.cluster.name}/team/cleanup`,
    })
  }
  const tags = (await world.store.listTags(sweep.repository)).filter(tag => tag.goneAt === undefined)
  expect(
    tags.map(tag => tag.tag),
    where,
  ).toEqual(['v3'])
}

const trackEach = (sweep: SweepFixture) => ['v1', 'v2', 'v3'].map(tag => sweep.track(tag))

/** As in a repository of many tags: these go first. */
const untaggedFirst = { fewTags: 0 }
const untagging = (): SweepFixture => createSweepFixture(world, undefined, undefined, undefined, untaggedFirst)

it.each<[Part, string, readonly string[], (sweep: SweepFixture) => unknown, () => SweepFixture]>([
  ['planning and execution', 'the whole repository', [], sweep => sweep.trackWhole(), () => createSweepFixture(world)],
  // Planning does not touch objects: the other case has killed it everywhere.
  ['execution', 'each tag', ['app-v1', 'app-v2'], trackEach, () => createSweepFixture(world)],
  ['execution', 'each tag, tags first', ['app-v1', 'app-v2'], trackEach, untagging],
])(
  'F7 F8 %s of a sweep over %s, killed after any call, loses nothing needed and ends as if undisturbed',
  async (part, _, objects, track, create) => {
    for (let last = 1; ; last += killEvery) {
      const sweep = create()
      sweep.policy()
      track(sweep)
      const old = await world.push({ repository: sweep.path, tag: 'v1', seed: sweep.path })
      await sweep.release('v2', { seed: sweep.path })
      const kept = await sweep.release('v3')

      const wasKilled = await killedAfter(last, sweep, part)
      expect(await sweep.tag('v3')).toBe(kept.digest)
      sweep.pass(900)
      await sweep.sweep(2)

      await expectWhole(sweep, [old.digest], objects, `killed after call ${last}`)
      if (!wasKilled) break
    }
  },
  180_000,
)

it.each([
  ['by their digests', () => createSweepFixture(world)],
  ['tags first', untagging],
])(
  'F7 F8 a sweep of an index, its children, a signature and others side by side, %s, killed anywhere, ends as if undisturbed',
  async (_, create) => {
    const step = 11 * Math.ceil(killEvery / 3)
    for (let last = 1; ; last += step) {
      const sweep = create()
      sweep.policy()
      sweep.trackWhole()
      const platforms = ['linux/amd64', 'linux/arm64']
      const index = await world.push({ repository: sweep.path, tag: 'v1', platforms })
      const signature = await world.push({ repository: sweep.path, tag: signatureTag(index.digest), seed: 'signature' })
      const single = await world.push({ repository: sweep.path, tag: 'v2' })
      const kept = await sweep.release('v3', { platforms })
      const toDelete = [index, ...index.children, signature, single].map(({ digest }) => digest)

      const wasKilled = await killedAfter(last, sweep, 'execution')
      for (const { digest } of [kept, ...kept.children]) expect(await sweep.holds(digest)).toBe(true)
      // What still stands refers to nothing that is gone.
      if (await sweep.holds(index.digest))
        for (const { digest } of index.children) expect(await sweep.holds(digest), `killed after ${last}`).toBe(true)
      sweep.pass(900)
      await sweep.sweep(3)

      expect(await sweep.listTags(), `killed after ${last}`).toEqual(['v3'])
      for (const digest of toDelete) {
        expect(await sweep.holds(digest), `killed after ${last}`).toBe(false)
        expect((await sweep.image(digest))?.goneAt, `killed after ${last}`).toBeDefined()
      }
      for (const { digest } of [kept, ...kept.children]) expect(await sweep.holds(digest)).toBe(true)
      if (!wasKilled) break
    }
  },
  180_000,
)
