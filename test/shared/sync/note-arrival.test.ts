import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { arrivalPlaces, doEventsArrive } from '../../../shared/domain/event-arrival.ts'
import { runTask } from '../../../shared/sync/run-task.ts'
import { brokenItems } from '../../support/broken-items.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { aroundCalls } from '../../support/memory-platform.ts'
import { at } from '../../support/records.ts'
import { recordingBus } from '../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** Two repositories of a project of their own, both synced with `v1`; and what happens to them, a minute apart. */
async function start() {
  const project = randomUUID()
  const [path, sibling] = [`${project}/app`, `${project}/api`]
  const saved: string[] = []
  let minutes = 0
  let attempts = 0
  const store = aroundCalls(world.store, (name, args, call) => {
    if (name === 'saveArrivals') saved.push(JSON.stringify(args))
    return call()
  })
  const deps = { store, ...recordingBus(), readerFor: async () => world.reader, now: () => at(60 * minutes) }
  const pass = (by: number) => {
    minutes += by
  }
  const sync = (repository = path) => {
    minutes += 1
    attempts += 1
    const asked = { credential: 'anonymous', timeoutMs: 5000, trigger: 'Scheduled', attempt: `${attempts}` } as const
    return runTask({ kind: 'request', request: { registry: world.host, repository, ...asked } }, deps)
  }
  const hear = (tag: string, repository = path) => {
    minutes += 1
    return runTask({ kind: 'hint', isPush: true, hint: { registry: world.host, repository, tag } }, deps)
  }
  const push = (tag: string, repository = path) => world.push({ repository, tag, seed: randomUUID() })
  const isTold = async (repository = path) => {
    const id = `${world.host}/${repository}`
    return doEventsArrive(id, await world.store.findArrivals(Object.values(arrivalPlaces(id))))
  }
  for (const repository of [path, sibling]) {
    await push('v1', repository)
    await sync(repository)
  }
  return { path, sibling, sync, hear, push, isTold, saved, pass }
}

it('knows by no sync that events come', async () => {
  const { sync, push, isTold, saved } = await start()
  await push('v2')
  await sync()

  expect([await isTold(), saved]).toEqual([false, []])
})

it('knows by one event that they come of its project, and of no other', async () => {
  const { hear, push, isTold, sibling } = await start()
  const other = await start()
  await push('v2')

  await hear('v2')

  expect([await isTold(), await isTold(sibling), await other.isTold()]).toEqual([true, true, false])
})

it('knows nothing by an event of what cannot be read', async () => {
  const { hear, isTold, path } = await start()
  world.intercept(() => new Response(null, { status: 503 }))

  await hear('v2')
  world.intercept(undefined)

  expect([path, await isTold()]).toEqual([path, false])
})

it.each([
  ['was pushed', async ({ push }: Started) => push('v3')],
  ['moved', async ({ push }: Started) => push('v1')],
  ['went', async ({ path }: Started) => world.remove(path, 'v1')],
])(
  'believes it no more of a repository in which a full sync finds that a tag %s, until one of it comes',
  async (_, change) => {
    const started = await start()
    const { sync, hear, push, isTold, sibling } = started
    await push('v2')
    await hear('v2')
    await change(started)

    await sync()
    expect([await isTold(), await isTold(sibling)]).toEqual([false, true])
    await push('other', sibling)
    await hear('other', sibling)
    expect(await isTold()).toBe(false)
    await push('v4')
    await hear('v4')
    expect(await isTold()).toBe(true)
  },
)

it('believes it of one whose syncs find all as events told it', async () => {
  const { sync, hear, push, isTold } = await start()
  await push('v2')
  await hear('v2')

  await sync()
  await sync()

  expect(await isTold()).toBe(true)
})

it('writes that events come once a day', async () => {
  const { hear, push, saved, pass } = await start()
  for (const tag of ['v2', 'v3', 'v4']) {
    await push(tag)
    await hear(tag)
  }
  const first = saved.length

  pass(24 * 60)
  await hear('v4')

  expect([first, saved.length]).toEqual([1, 2])
})

it('believes nothing of a record that cannot be read', async () => {
  const { hear, push, sync, isTold, path } = await start()
  await push('v2')
  await hear('v2')
  await push('v3')
  await sync()
  await push('v4')
  await hear('v4')

  await brokenItems(world.table).spoil(`ARRIVAL#${world.host}/${path}`, 'ARRIVAL', { cameAt: 7 })

  expect(await isTold()).toBe(false)
})

type Started = Awaited<ReturnType<typeof start>>
