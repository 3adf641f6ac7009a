import { expect, it, onTestFinished } from 'vitest'
import { createOciReader } from '../../../../shared/adapters/registry/oci/oci-registry.ts'
import { createOciWriter } from '../../../../shared/adapters/registry/oci/oci-writer.ts'
import type { SweepRequest } from '../../../../shared/ports/messaging.ts'
import { syncRepository, syncTag } from '../../../../shared/sync/sync-repository.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import { startLargeRegistry, tagAt } from '../../../support/large-registry.ts'
import { createKillPoint, KilledError } from '../../../support/memory-platform.ts'
import { withMemoryRecords } from '../../../support/memory-records.ts'
import { syncContext } from '../../../support/records.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

const tags = 10_500
const images = 50
const kept = 47

/**
 * A large repository of which the images beyond the kept ones are to be deleted, and the request to do so. An invocation
 * is over after so many requests as it has milliseconds.
 */
async function start() {
  const [registry, local] = await Promise.all([startLargeRegistry({ tags, images }), startInProcessStore()])
  onTestFinished(async () => {
    await Promise.all([registry.close(), local.close()])
  })
  const store = withMemoryRecords(local.store)
  const reach = { endpoint: registry.url, host: registry.host, configured: true }
  const reader = createOciReader(reach)
  const world = { host: registry.host, store, reader, writer: createOciWriter(reach), freshPath: () => 'team/large' }
  const sweep = createSweepFixture({ ...world, push: () => Promise.reject(new Error('computed')) })
  sweep.policy({ keepRecent: kept })
  sweep.trackWhole()
  const context = syncContext(sweep.repository, sweep.now())
  await syncRepository(context, sweep.path, world)
  await store.saveSync(
    {
      repository: sweep.repository,
      credential: 'anonymous',
      failureCount: 0,
      lastSucceededAt: sweep.now(),
      lastOutcome: {
        attempt: 'first',
        trigger: 'Initial',
        startedAt: sweep.now(),
        finishedAt: sweep.now(),
        succeeded: true,
        reason: 'SyncSucceeded',
        message: '',
      },
    },
    undefined,
  )
  const request = await sweep.ripen()
  let clockMs = 0
  const deadlines = new Map<AbortController, number>()
  registry.before(() => {
    clockMs += 1
    for (const [over, atMs] of deadlines) if (clockMs >= atMs) over.abort()
  })
  const execute = async (asked: SweepRequest = request, kill = createKillPoint(), invocationMs = 9000) => {
    const begunMs = clockMs
    const deadline = (ms: number) => {
      const over = new AbortController()
      deadlines.set(over, clockMs + ms)
      return over.signal
    }
    const { message } = await sweep.execute(asked, kill, {
      remainingMs: () => begunMs + invocationMs - clockMs,
      deadline,
    })
    return message
  }
  const holds = (place: number) => registry.pointsAt(tagAt(place)) !== undefined
  return { registry, store, reader, sweep, request, execute, holds }
}

type Started = Awaited<ReturnType<typeof start>>

/** What the planner and the queue do, until the sweep has deleted what it may; answers what each invocation said. */
async function untilSwept({ sweep, execute }: Started): Promise<string[]> {
  const messages: string[] = []
  for (let left = 12; left > 0 && !/images deleted/.test(messages.at(-1) ?? ''); left--) {
    messages.push(await execute())
    sweep.pass(10)
  }
  return messages
}

const places = Array.from({ length: tags }, (_, place) => place)
const countKept = ({ holds }: Started): number => places.filter(holds).length
const wanted = (tags / images) * kept

it('is looked at over several invocations of a run, and swept when all of it was read', async () => {
  const large = await start()
  const { registry, store, execute, sweep } = large

  const first = await execute()
  const atFirst = registry.count('delete')
  const [run] = (await store.findPolicy(`${sweep.cluster.name}/team/cleanup`))?.runs ?? []
  const messages = await untilSwept(large)

  expect(first).toMatch(/^looked at [1-9],[0-9]{3} of 10,500 tags so far$/)
  expect(run?.message).toBe(first)
  expect(atFirst).toBe(0)
  expect(messages).toEqual([
    'looked at all tags; the next invocation deletes',
    expect.stringContaining('3 images deleted'),
  ])
  expect(registry.count('delete')).toBeGreaterThan(0)
  expect(countKept(large)).toBe(wanted)
})

it('a tag that comes to an image behind the position is seen by its hint, and keeps it', async () => {
  const large = await start()
  const { registry, store, sweep, execute } = large
  const doomed = (await store.listImages(sweep.repository)).filter(image => image.mark !== undefined)
  const [one] = doomed
  const place = places.findIndex(at => registry.digestAt(at) === one?.digest)
  await execute()
  // A tag that stood on a kept image, asked for already.
  const other = places.find(at => doomed.every(image => image.digest !== registry.digestAt(at))) ?? 0
  registry.move(other, place)
  const context = {
    repository: sweep.repository,
    actor: 'webhook',
    authority: 'full' as const,
    now: sweep.now(),
    hinted: true,
  }
  await syncTag(context, sweep.path, tagAt(other), { store, reader: large.reader })

  await untilSwept(large)

  expect(large.holds(other)).toBe(true)
  expect(large.holds(place)).toBe(true)
})

it('a tag that has moved before and moves again behind the position keeps what it points at', async () => {
  const large = await start()
  const { registry, store, sweep, execute } = large
  const doomed = (await store.listImages(sweep.repository)).filter(image => image.mark !== undefined)
  const place = places.findIndex(at => registry.digestAt(at) === doomed[0]?.digest)
  const other = places.find(at => doomed.every(image => image.digest !== registry.digestAt(at))) ?? 0
  const record = await store.findTag(sweep.repository, tagAt(other))
  if (record) await store.saveTag({ ...record, movedAt: sweep.now() }, record)
  await execute()
  registry.move(other, place)

  await untilSwept(large)

  expect(large.holds(other)).toBe(true)
})

it('F8 killed anywhere in a look and in what follows, it loses nothing that is kept', async () => {
  const large = await start()
  let kills = 0
  for (let last = 30; last < 600; last += 40) {
    try {
      await large.execute(large.request, createKillPoint(last))
    } catch (error) {
      if (!(error instanceof KilledError)) throw error
      kills += 1
    }
    large.sweep.pass(60)
  }

  await untilSwept(large)

  expect(kills).toBeGreaterThan(3)
  expect(countKept(large)).toBe(wanted)
})

it('the kill switch and the policy are asked again in each invocation', async () => {
  const large = await start()
  const { registry, sweep, execute } = large
  await execute()

  sweep.killSwitch.on = true
  const stopped = await execute()
  sweep.killSwitch.on = false
  sweep.policy({ keepRecent: kept, suspend: true })
  const suspended = await execute()
  sweep.policy({ keepRecent: images })
  const changed = await untilSwept(large)

  expect(stopped).toBe('stopped by the kill switch')
  expect(suspended).toBe('the policy is suspended or on dry run')
  expect(changed.at(-1)).toContain('0 images deleted')
  expect(registry.count('delete')).toBe(0)
  expect(countKept(large)).toBe(tags)
})

it('a look that is older than twice the time that it took is made anew', async () => {
  const large = await start()
  const { registry, sweep, execute } = large
  await execute()
  sweep.pass(10)
  await execute()
  const before = registry.count('look')
  sweep.pass(120)

  const message = await execute()

  expect(message).toMatch(/^looked at /)
  expect(registry.count('look') - before).toBeGreaterThan(3000)
  expect(registry.count('delete')).toBe(0)
  sweep.pass(10)
  expect((await untilSwept(large)).at(-1)).toContain('3 images deleted')
})
