import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, it, onTestFinished } from 'vitest'
import type { RegistryCopies } from '../../../../shared/domain/copies/registry-copies.ts'
import type { Rulebook } from '../../../../shared/settings.ts'
import { CopyWatch } from '../../../../shared/sync/copy-watch.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'

/** Two registries that may copy, of whose replication not all is known. */

const own = 'registry.example.com'
const other = 'other.example.com'
const registries = [own, other]
const still = (region: string): RegistryCopies => ({
  place: { account: '123456789012', region },
  replication: { rules: [] },
  caches: { rules: [] },
})
const refusing = (region: string) => ({ ...still(region), replication: { refused: 'no right' } })

/** A policy that would delete the older two of three versions, and one of them in use by its tag at the other registry. */
async function start(rules: Partial<Rulebook> = {}) {
  const local = await startInProcessStore()
  onTestFinished(() => local.close())
  const factsOf = () => ({ untagged: 'stays' as const, copiesImages: true as const })
  const plan = createPlanFixture(local.store, undefined, { registries, factsOf, ...rules })
  const told: Record<string, RegistryCopies> = { [own]: still('eu-central-1'), [other]: still('eu-west-1') }
  const watch = new CopyWatch({
    store: local.store,
    hosts: registries,
    readerFor: async host => ({ findCopies: async () => told[host] ?? expect.fail(`asked ${host}`) }),
    now: plan.now,
  })
  await plan.synced()
  for (const name of ['v1', 'v2', 'v3']) await plan.holds(name)
  plan.track()
  plan.policy()
  plan.cluster.run('web', `${other}/${plan.path}:v1`)
  let runs = 1
  const marked = async () => {
    runs += 1
    plan.annotate({ 'theriseunion.io/manual-run': String(runs) })
    await plan.plan()
    return plan.marked('v1', 'v2')
  }
  /** As by a version whose records this one cannot read. */
  const spoil = (host: string) =>
    local.client.send(
      new PutItemCommand({
        TableName: local.tableName,
        Item: { pk: { S: 'COPIES' }, sk: { S: `REGISTRY#${host}` }, registry: { S: host }, number: { N: '7' } },
      }),
    )
  return { plan, told, watch, marked, spoil }
}

it.each([
  ['before either was asked', undefined, undefined],
  ['while the other one refuses', still('eu-central-1'), refusing('eu-west-1')],
  ['while its own one refuses', refusing('eu-central-1'), still('eu-west-1')],
])('keeps %s the tag that workloads name there', async (_, ofOwn, ofOther) => {
  const { told, watch, marked } = await start()
  if (ofOwn) Object.assign(told, { [own]: ofOwn, [other]: ofOther })

  if (ofOwn) await watch.look()

  expect(await marked()).toEqual(['v2'])
})

it.each([
  [other, refusing('eu-west-1'), 'which may replicate to here'],
  [own, refusing('eu-central-1'), 'to which this may be replicated'],
])('says why: of %s it is not known', async (host, answer, why) => {
  const { plan, told, watch, marked, spoil } = await start()
  await watch.look()
  await marked()
  await spoil(host)
  told[host] = answer

  await marked()

  expect((await plan.image('v1'))?.change.reason).toContain(`used as ${other}/${plan.path}:v1, ${why}, by`)
})

it.each([
  [other, 'eu-west-1'],
  [own, 'eu-central-1'],
])('a record that cannot be read is none of nothing, and is read anew within the hour: of %s', async (host, region) => {
  const { plan, told, watch, marked, spoil } = await start()
  await watch.look()
  expect(await marked()).toEqual(['v1', 'v2'])
  await spoil(host)
  told[host] = refusing(region)

  const seen = [await marked()]
  for (const answer of [refusing(region), still(region)]) {
    told[host] = answer
    plan.pass(3600)
    await watch.look()
    seen.push(await marked())
  }

  expect(seen).toEqual([['v2'], ['v2'], ['v1', 'v2']])
})

it('notAliases ends it', async () => {
  const { marked } = await start({ isNotAlias: (registry, host) => registry === own && host === other })

  expect(await marked()).toEqual(['v1', 'v2'])
})
