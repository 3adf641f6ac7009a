import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'

let world: Loopback
/** Calls that put one entry into the history, and nothing else. */
let single = 0
beforeAll(async () => {
  world = await startLoopback()
  world.table.client.middlewareStack.add(
    (next, { commandName }) =>
      args => {
        const input = args.input as { Item?: { pk?: string }; ConditionExpression?: string }
        if (commandName === 'PutItemCommand' && input.ConditionExpression === undefined) single++
        return next(args)
      },
    { step: 'initialize' },
  )
})
beforeEach(() => {
  single = 0
})
afterAll(() => world.close())

const count = 30
/** Of the records of policy, sync and look, which are few however many images there are. */
const few = 4

async function synced(fewTags?: number): Promise<SweepFixture> {
  const sweep = createSweepFixture(world, undefined, undefined, undefined, { fewTags })
  sweep.policy({ maxDeletionsPerRun: 1_000 })
  sweep.trackWhole()
  for (let at = 0; at < count; at++) await world.push({ repository: sweep.path, tag: `v1.${at}` })
  await sweep.release('v2')
  return sweep
}

it('puts the entries that a plan writes over together', async () => {
  const sweep = await synced()
  sweep.pass(120)
  await sweep.inventories()
  single = 0

  await sweep.plan()

  const marked = (await world.store.listImages(sweep.repository)).filter(image => image.mark !== undefined)
  expect(marked).toHaveLength(count)
  expect(single).toBeLessThanOrEqual(few)
})

it.each([
  ['its digests go first', 1_000],
  ['its tags go first', 2],
])('puts the entries that a sweep writes over together, where %s', async (_, fewTags) => {
  const sweep = await synced(fewTags)
  const request = await sweep.ripen()
  single = 0

  expect(await sweep.execute(request)).toMatchObject({ deleted: count, failed: 0 })

  const tags = (await world.store.listTags(sweep.repository)).filter(tag => tag.goneAt !== undefined)
  expect(tags).toHaveLength(count)
  for (const { digest } of tags) {
    const actions = (await world.store.listHistory(sweep.repository, digest)).map(entry => entry.action)
    expect(actions.toSorted()).toEqual(
      ['deleted', 'deleted', 'deletion-started', 'image-recorded', 'marked', 'tag-created'].toSorted(),
    )
  }
  expect(single).toBeLessThanOrEqual(few)
})

it('puts the entries that a sync writes over together, of what is gone and of what is back', async () => {
  const sweep = await synced()
  const tags = Array.from({ length: count }, (_, at) => `v1.${at}`)
  const digests = await Promise.all(tags.map(tag => sweep.tag(tag)))
  for (const digest of digests) await world.remove(sweep.path, digest ?? '')
  sweep.pass(60)
  single = 0

  await sweep.sync()
  for (const tag of tags) await world.push({ repository: sweep.path, tag })
  sweep.pass(60)
  await sweep.sync()

  for (const digest of digests) {
    const history = await world.store.listHistory(sweep.repository, digest ?? 'sha256:')
    expect(history.map(entry => entry.action).filter(action => action.startsWith('image-'))).toEqual([
      'image-recorded',
      'image-gone',
      'image-recorded',
    ])
  }
  expect(single).toBeLessThanOrEqual(few)
})
