import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { AccessDeniedError, UnavailableError } from '../../../shared/errors.ts'
import { takeInventory } from '../../../shared/inventory/take-inventory.ts'
import { withoutUseOf } from '../../../shared/records/drained-clusters.ts'
import { installationOf } from '../../cli/memory-installation.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster, type MemoryCluster } from '../../support/memory-cluster.ts'
import { rulebookWith } from '../../support/rulebook.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { noEvents } from '../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const fail = (error: Error) => async () => {
  throw error
}

/** What a cluster does whose listing never comes to its end in time, and one in which one kind may not be listed. */
const faults = {
  slow: (cluster: MemoryCluster) => {
    const late = fail(new UnavailableError('expected an answer within 10 s, got none', { kind: 'network' }))
    Object.assign(cluster, { listWorkloads: late, listObjects: late, listNamespaces: late })
  },
  'not listable for one kind': (cluster: MemoryCluster) =>
    Object.assign(cluster, { listWorkloads: fail(new AccessDeniedError('list cronworkflows.argoproj.io: 403')) }),
}

/** Three versions in a registry that `scope` pulls from; the policy of `main` keeps the newest. */
async function start(scope: 'main alone' | 'both') {
  const main = createMemoryCluster(`main-${randomUUID()}`)
  const other = createMemoryCluster(`other-${randomUUID()}`)
  const sweep = createSweepFixture(world, [main, other])
  sweep.deploy({ pullsFrom: (_, source) => scope === 'both' || source === main.name })
  sweep.trackWhole()
  sweep.policy()
  for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)
  return { sweep, main, other }
}

const readyOf = (main: MemoryCluster) =>
  (main.get('ImageCleanupPolicy', 'cleanup')?.status.conditions as { type: string }[] | undefined)?.find(
    one => one.type === 'Ready',
  )

describe('F43 a cluster that cannot be listed', () => {
  it.each(Object.keys(faults) as (keyof typeof faults)[])(
    'stops nothing in a registry that it does not pull from: %s',
    async fault => {
      const { sweep, main, other } = await start('main alone')
      faults[fault](other)

      await sweep.sweep()

      expect(await sweep.listTags()).toEqual(['v3'])
      expect(sweep.status()?.lastRun).toMatchObject({ result: 'Success', deleted: 2 })
      expect(readyOf(main)).toMatchObject({ status: 'True' })
    },
  )

  it.each(Object.keys(faults) as (keyof typeof faults)[])('keeps everything that it may pull: %s', async fault => {
    const { sweep, other } = await start('both')
    faults[fault](other)

    await sweep.sweep()

    expect(await sweep.listTags()).toEqual(['v1', 'v2', 'v3'])
  })

  it.each(Object.keys(faults) as (keyof typeof faults)[])(
    'keeps everything that it may pull when that begins after the marks: %s',
    async fault => {
      const { sweep, other } = await start('both')
      const request = await sweep.ripen()
      faults[fault](other)

      const result = await sweep.execute(request)

      expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('kept everything') })
      expect(await sweep.listTags()).toEqual(['v1', 'v2', 'v3'])
    },
  )

  it.each(Object.keys(faults) as (keyof typeof faults)[])(
    'protects what it was known to use, though it does not pull from there: %s',
    async fault => {
      const { sweep, other } = await start('main alone')
      other.run('web', `${sweep.repository}:v1`)
      await sweep.inventories()
      faults[fault](other)

      await sweep.sweep()

      expect(await sweep.listTags()).toEqual(['v1', 'v3'])
    },
  )

  it('is explained in a registry that it does not pull from', async () => {
    const { sweep, main, other } = await start('main alone')
    faults.slow(other)
    await sweep.inventories()
    const installation = installationOf(world, sweep, { clusters: [main, other] })

    const explained = await explainLive(`${sweep.repository}:v1`, installation, sweep.now())

    expect(explained).toMatchObject({ state: 'to-delete', usage: 'complete' })
    expect(explained.policies[0]?.stoppedBy).toEqual([])
  })
})

/** A cluster that ran v1 and had a policy with a mark on v2, and is drained. */
async function drained(scope: 'main alone' | 'both') {
  const main = createMemoryCluster(`main-${randomUUID()}`)
  const old = createMemoryCluster(`old-${randomUUID()}`)
  const known = { ...world, store: withoutUseOf([old.name], world.store) }
  const sweep = createSweepFixture(known, [main])
  sweep.deploy({
    drained: [old.name],
    pullsFrom: (_, source) => scope === 'both' || source === main.name,
  })
  sweep.trackWhole()
  sweep.policy()
  for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)
  old.run('web', `${sweep.repository}:v1`)
  await takeInventory(old, { ...rulebookWith(), store: world.store, events: noEvents, now: sweep.now })
  // Whatever it is asked for fails from now on.
  for (const name of Object.keys(old))
    if (name.startsWith('list') || name.startsWith('find')) Object.assign(old, { [name]: fail(new Error('asked')) })
  return { sweep, main, old, known }
}

describe('F43 a cluster that is drained', () => {
  it.each(['main alone', 'both'] as const)(
    'stops nothing and protects nothing; of the registry pull %s',
    async scope => {
      const { sweep, old } = await drained(scope)

      await sweep.sweep()

      expect(await sweep.listTags()).toEqual(['v3'])
      expect(old.writes).toEqual({ applyStatus: 0, annotate: 0, deleteObject: 0 })
    },
  )

  it('is the reason that explain gives for use that does not count', async () => {
    const { sweep, main, old, known } = await drained('both')
    await sweep.inventories()

    const explained = await explainLive(
      `${sweep.repository}:v1`,
      installationOf(known, sweep, { clusters: [main] }),
      sweep.now(),
    )

    expect(explained).toMatchObject({ state: 'to-delete', usedBy: [] })
    expect(explained.facts).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^Deployment team/web in cluster ${old.name} does not count, as of .*: cluster ${old.name} is drained$`,
        ),
      ),
    )
  })

  it('counts as having used an image until it was last listed', async () => {
    const { sweep, old, known } = await drained('both')

    const records = await known.store.listUsage(sweep.repository)

    const inventory = await world.store.findInventory(old.name)
    expect(records).toMatchObject([{ cluster: old.name, endedAt: inventory?.startedAt }])
    expect((await world.store.listUsage(sweep.repository))[0]).not.toHaveProperty('endedAt')
  })

  it('loses the marks of its policies, and what they had under way is not carried out', async () => {
    const main = createMemoryCluster(`main-${randomUUID()}`)
    const old = createMemoryCluster(`old-${randomUUID()}`)
    const before = createSweepFixture(world, [old, main])
    before.trackWhole()
    before.policy()
    for (const tag of ['v1', 'v2']) await before.release(tag)
    const request = await before.ripen()
    const status = before.status()
    const digest = (await world.store.findTag(before.repository, 'v1'))?.digest
    const without = createSweepFixture(world, [main])
    without.deploy({ drained: [old.name] })
    without.pass(6 * 3600)

    expect(await without.execute(request)).toMatchObject({ deleted: 0, message: `cluster ${old.name} is drained` })
    await without.inventories()
    await without.plan()

    const record = await world.store.findPolicy(`${old.name}/team/cleanup`)
    expect(record?.runs[0]).toMatchObject({
      result: 'Skipped',
      message: expect.stringContaining(`${old.name} is drained`),
    })
    expect(digest && (await before.image(digest))?.mark).toBeUndefined()
    expect(before.status()).toEqual(status)
  })
})
