import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Hint } from '../../../shared/domain/events.ts'
import { runTask } from '../../../shared/sync/run-task.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { at } from '../../support/records.ts'
import { recordingBus } from '../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** A repository that was synced with `v1`; and what is announced of what a hint of it led to. */
async function start() {
  const repository = world.freshPath()
  const bus = recordingBus()
  let seconds = 0
  const deps = { store: world.store, ...bus, readerFor: async () => world.reader, now: () => at(seconds) }
  const where = { registry: world.host, repository }
  const push = (tag: string, rest: object = { seed: randomUUID() }) => world.push({ repository, tag, ...rest })
  const seed = randomUUID()
  await push('v1', { seed })
  const asked = { credential: 'anonymous', timeoutMs: 5000, trigger: 'Scheduled', attempt: 'first' } as const
  await runTask({ kind: 'request', request: { ...where, ...asked } }, deps)
  const hear = async (hint: Pick<Hint, 'tag' | 'digest'>) => {
    seconds += 60
    bus.published.length = 0
    await runTask({ kind: 'hint', isPush: true, hint: { ...where, ...hint } }, deps)
    return bus.published.map(one => ('pushed' in one ? one.pushed : undefined))
  }
  return { seed, push, hear, repository }
}

it('announces a new image by its tag and its digest', async () => {
  const { push, hear } = await start()
  const { digest } = await push('v2')

  expect(await hear({ tag: 'v2' })).toEqual([{ tag: 'v2', digests: [digest] }])
})

it('announces a new index with all that it holds, also what came before it', async () => {
  const { push, hear } = await start()
  const { digest, children } = await push('v2', { seed: randomUUID(), platforms: ['linux/amd64', 'linux/arm64'] })
  const [one, other] = children.map(child => child.digest)
  if (one === undefined || other === undefined) throw new Error('expected an index of two manifests')

  expect(await hear({ digest: one })).toEqual([{ digests: [one] }])
  expect(await hear({ tag: 'v2' })).toEqual([{ tag: 'v2', digests: [digest, one, other] }])
})

it.each<[string, (world: Awaited<ReturnType<typeof start>>) => Promise<string>]>([
  ['moved', async ({ push }) => push('v1').then(() => 'v1')],
  ['came to an image that was known', async ({ push, seed }) => push('v2', { seed }).then(() => 'v2')],
  ['is gone', async ({ repository }) => world.remove(repository, 'v1').then(() => 'v1')],
  [
    'came back',
    async ({ push, hear, repository }) => {
      await push('v2')
      await hear({ tag: 'v2' })
      await world.remove(repository, 'v2')
      await hear({ tag: 'v2' })
      await push('v2')
      return 'v2'
    },
  ],
])('says no more than that something changed where a tag %s', async (_, change) => {
  const one = await start()
  const tag = await change(one)

  expect(await one.hear({ tag })).toEqual([undefined])
})
