import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Store } from '../../../../shared/ports/store.ts'
import type { Rulebook } from '../../../../shared/settings.ts'
import { CopyWatch } from '../../../../shared/sync/copy-watch.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'
import { digestOf } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const replica = 'registry.example.com'
const placeOf = (region: string) => ({ account: '123456789012', region })

/** Three versions in a replica of which a policy would delete the older two; `prefix` is the filter of the replication. */
async function start(rules: Partial<Rulebook> = {}, prefix = 'team/', store: Store = local.store) {
  const source = `${randomUUID()}.example`
  const registries = [replica, source]
  const plan = createPlanFixture(store, undefined, {
    registries,
    isConfigured: host => registries.includes(host),
    factsOf: () => ({ untagged: 'stays', copiesImages: true }),
    ...rules,
  })
  const replicated = { destinations: [placeOf('eu-central-1')], prefixes: [prefix] }
  const told = {
    [replica]: { place: placeOf('eu-central-1'), replication: { rules: [] }, caches: { rules: [] } },
    [source]: { place: placeOf('eu-west-1'), replication: { rules: [replicated] }, caches: { rules: [] } },
  }
  const readerFor = async (host: string) => ({ findCopies: async () => told[host] ?? told[replica] })
  await new CopyWatch({ store: local.store, hosts: registries, readerFor: readerFor as never, now: plan.now }).look()
  await plan.synced()
  for (const name of ['v1', 'v2', 'v3']) await plan.holds(name)
  plan.track()
  plan.policy()
  return { plan, source }
}

it('a replica keeps the tag and the digest that workloads name at its source', async () => {
  const { plan, source } = await start()
  plan.cluster.run('web', `${source}/${plan.path}:v1`)
  plan.cluster.run('api', `${source}/${plan.path}@${digestOf(`${plan.path} v2`)}`)

  await plan.plan()

  expect(await plan.marked('v1', 'v2', 'v3')).toEqual([])
})

it('reads how registries copy images once for all repositories of a policy', async () => {
  let reads = 0
  const listCopies = () => {
    reads += 1
    return local.store.listCopies()
  }
  const { plan } = await start({}, 'team/', { ...local.store, listCopies })
  await plan.plan()
  const ofOne = reads
  for (const name of ['second', 'third']) {
    const where = `${plan.path}-${name}`
    await plan.synced(where)
    await plan.holds('v1', {}, where)
    plan.track(where)
  }
  plan.annotate({ 'theriseunion.io/manual-run': '2' })

  await plan.plan()

  expect([ofOne > 0, reads - ofOne]).toEqual([true, ofOne])
})

it('says why it lifts a mark, and sets it again once nothing names the image any more', async () => {
  const { plan, source } = await start()
  await plan.plan()
  expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
  plan.cluster.run('web', `${source}/${plan.path}:v1`)
  plan.pass(1800)
  await plan.plan()
  expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
  expect((await plan.image('v1'))?.change.reason).toBe(
    `kept by foreign-host: used as ${source}/${plan.path}:v1, of which this is a replica, by Deployment team/web in cluster ${plan.cluster.name}`,
  )
  plan.cluster.workloads.length = 0
  plan.annotate({ 'theriseunion.io/manual-run': '2' })

  await plan.plan()

  expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
})

it.each([
  ['where no replication takes the path', {}, 'prod'],
  ['where notAliases says that the source means nothing here', { isNotAlias: () => true }, 'team/'],
  ['where its registry copies nothing', { factsOf: () => ({ untagged: 'stays' as const }) }, 'team/'],
])('a tag of another registry is theirs %s', async (_, rules, prefix) => {
  const { plan, source } = await start(rules, prefix)
  plan.cluster.run('web', `${source}/${plan.path}:v1`)

  await plan.plan()

  expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
})

/** What the registry of the policy is known to replicate, in place of nothing. */
async function replicating(plan: Awaited<ReturnType<typeof start>>['plan'], region: string) {
  const [record] = (await local.store.listCopies()).filter(({ registry }) => registry === replica)
  const { number: _, ...draft } = record ?? expect.fail('expected a record of the registry')
  const rules = [{ destinations: [placeOf(region)], prefixes: [] }]
  await local.store.saveCopies({ ...draft, replication: { readAt: plan.now(), rules } }, record)
}

it('a source keeps the tag that workloads name at a replica, to which deletes may be replicated', async () => {
  const { plan, source } = await start({}, 'prod')
  await replicating(plan, 'eu-west-1')
  await plan.plan()
  expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
  plan.cluster.run('web', `${source}/${plan.path}:v1`)
  plan.pass(1800)

  await plan.plan()

  expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
  expect((await plan.image('v1'))?.change.reason).toBe(
    `kept by foreign-host: used as ${source}/${plan.path}:v1, of which this is the source, by Deployment team/web in cluster ${plan.cluster.name}`,
  )
})
