import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { printExplanation } from '../../../cli/explain/print-explanation.ts'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { runLivePlan } from '../../../cli/plan/run-live-plan.ts'
import { createEcrReader } from '../../../shared/adapters/registry/ecr/ecr-registry.ts'
import { factsOf } from '../../../shared/domain/providers/providers.ts'
import { CopyWatch } from '../../../shared/sync/copy-watch.ts'
import { installationOf, recordingStreams } from '../../cli/memory-installation.ts'
import { schemaProblem } from '../../cli/schema.ts'
import { startFakeEcr, useFakeAwsCredentials } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { EcrCopying } from '../../support/ecr/ecr-copying.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { at } from '../../support/records.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { EcrRepository } from './ecr-repository.ts'
import { ecrLoopback } from './ecr-world.ts'

/**
 * A replica for the day on which a region is lost, in which nothing runs until then. Real here: the client and adapter of
 * ECR over HTTP, the store, what asks registries for their copies, sync, inventory, plan, execution, and explain. Stood in
 * for: both registries; the cluster; the clock.
 */
useFakeAwsCredentials()

const hostIn = (region: string) => `123456789012.dkr.ecr.${region}.amazonaws.com`
const home = hostIn('eu-west-1')
const far = hostIn('eu-central-1')

/** Three versions at `path` of the far registry, and what the other one says that it copies. */
async function startWorld(path = `team/${randomUUID()}`) {
  const local = await startInProcessStore()
  onTestFinished(() => local.close())
  const images = new EcrRepository()
  const [own, other] = [new EcrCopying(), new EcrCopying()]
  const here = await startFakeEcr(call => own.answer(call) ?? images.answer(call))
  const there = await startFakeEcr(call => other.answer(call) ?? { error: 'RepositoryNotFoundException' })
  const readers = { [far]: { ...here.options, host: far }, [home]: { ...there.options, host: home } }
  const world = ecrLoopback({ ...here.options, host: far }, local, path)
  const cluster = createMemoryCluster(`eu-${randomUUID()}`)
  const sweep = createSweepFixture(world, [cluster], [], { registries: [far, home], factsOf: () => factsOf('ecr') })
  images.now = sweep.now
  for (const [tag, seed, day] of [
    ['v1', 'one', -3],
    ['v2', 'two', -2],
    ['v3', 'three', -1],
  ] as const)
    images.push(tag, seed, at(day * 86_400))
  const explain = async (tag: string) => {
    const explanation = await explainLive(`${sweep.repository}:${tag}`, installationOf(world, sweep), sweep.now())
    expect(await schemaProblem('explain/explain.schema.json', explanation)).toBeUndefined()
    return { ...explanation, text: [...printExplanation(explanation, { columns: 1000, colours: false })].join('') }
  }
  const plan = async (output: 'json' | 'table') => {
    const { streams, written } = recordingStreams()
    const request = { policyName: `${cluster.name}/team/cleanup`, now: sweep.now(), output }
    await runLivePlan(request, installationOf(world, sweep), streams)
    return written.stdout
  }
  /** As the sync does after each repository, in a process that has just started. */
  const look = () =>
    new CopyWatch({
      store: local.store,
      hosts: [far, home],
      readerFor: async host => createEcrReader(readers[host] ?? here.options),
      now: sweep.now,
    }).look()
  sweep.trackWhole()
  await sweep.sync()
  return { images, own, other, path, cluster, sweep, explain, plan, look }
}

/** Two days on, the registries are asked. */
const daysLater = async (world: Awaited<ReturnType<typeof startWorld>>) => {
  world.sweep.pass(2 * 86_400)
  await world.sweep.sync()
  await world.look()
}

it('keeps what production runs elsewhere, though nothing runs in its region, and explain and plan say why', async () => {
  const world = await startWorld()
  const { other, cluster, sweep, images, path } = world
  other.replicate('123456789012', 'eu-central-1', 'team/')
  await daysLater(world)
  cluster.run('nightly', `${home}/${path}:v1`)
  await sweep.inventories()
  sweep.policy()

  const [explanation, json, table] = [await world.explain('v1'), await world.plan('json'), await world.plan('table')]
  await sweep.sweep()

  const copied = `replica of ${home}/${path}, by replication of 123456789012/eu-west-1 (as of 2026-01-03T00:00:00Z): what is deleted here is not replicated again`
  expect(explanation.copies).toEqual([expect.stringContaining(copied)])
  expect(explanation.text).toContain(`Copies\n  ${copied}`)
  expect(explanation.policies[0]?.reason).toContain(`used as ${home}/${path}:v1, of which this is a replica, by Depl`)
  expect(await schemaProblem('plan/plan.schema.json', JSON.parse(json))).toBeUndefined()
  expect(JSON.parse(json).sweep.copies).toEqual([expect.stringContaining(`1 repository: replicas of ${home}, by`)])
  expect(table).toContain(`1 repository: replicas of ${home}, by`)
  expect(['v1', 'v2', 'v3'].filter(tag => images.has(tag))).toEqual(['v1', 'v3'])
})

it('looks once more before it deletes: what came to run at the source since the mark stays', async () => {
  const world = await startWorld()
  const { other, cluster, sweep, images, path } = world
  other.replicate('123456789012', 'eu-central-1')
  await daysLater(world)
  sweep.policy()
  const request = await sweep.ripen()
  cluster.run('rolled-back', `${home}/${path}:v1`)

  await sweep.execute(request)

  expect(['v1', 'v2', 'v3'].filter(tag => images.has(tag))).toEqual(['v1', 'v3'])
})

it('of a source keeps what runs from a replica, to which deletes may be replicated', async () => {
  const world = await startWorld()
  const { own, cluster, sweep, images, path } = world
  own.replicate('123456789012', 'eu-west-1', 'team/')
  await daysLater(world)
  sweep.policy()
  const request = await sweep.ripen()
  cluster.run('far', `${home}/${path}:v1`)
  await sweep.execute(request)
  await sweep.inventories()

  const { copies, policies } = await world.explain('v1')

  expect(copies).toEqual([
    expect.stringMatching(
      `^replicated to ${home}/${path}, .* a delete here leaves it there unless the rule replicates`,
    ),
  ])
  expect(policies[0]?.reason).toContain(`used as ${home}/${path}:v1, of which this is the source, by Depl`)
  expect(['v1', 'v2', 'v3'].filter(tag => images.has(tag))).toEqual(['v1', 'v3'])
})

it('of a cache explain says that the next pull fetches it again, and a policy keeps of it what runs alone', async () => {
  const world = await startWorld(`docker-hub/library/${randomUUID()}`)
  const { own, cluster, sweep, images, path } = world
  own.caches.push({ ecrRepositoryPrefix: 'docker-hub', upstreamRegistryUrl: 'registry-1.docker.io' })
  await daysLater(world)
  cluster.run('web', `${far}/${path}:v2`)
  await sweep.inventories()
  sweep.policy({ keepRecent: 0, gracePeriod: '1m' })

  const { copies, text } = await world.explain('v1')
  await sweep.sweep()

  expect(copies).toEqual([
    expect.stringContaining(
      `cache of docker.io/${path.replace('docker-hub/', '')}, by the pull-through rule docker-hub`,
    ),
  ])
  expect(text).toContain('the next pull fetches what is deleted again as long as upstream has it')
  expect(['v1', 'v2', 'v3'].filter(tag => images.has(tag))).toEqual(['v2'])
})

it('names the rights that are missing, and keeps what is named where it may be replicated from', async () => {
  const world = await startWorld()
  const { own, other, cluster, sweep, images, path } = world
  for (const registry of [own, other])
    for (const operation of ['DescribeRegistry', 'DescribePullThroughCacheRules']) registry.denied.add(operation)
  await daysLater(world)
  cluster.run('nightly', `${home}/${path}:v1`)
  await sweep.inventories()
  sweep.policy()

  const { copies = [], policies } = await world.explain('v1')
  await sweep.sweep()

  expect(copies).toEqual([
    expect.stringContaining('is not known: grant ecr:DescribeRegistry: DescribeRegistry '),
    expect.stringContaining('is not known: grant ecr:DescribePullThroughCacheRules: '),
    expect.stringContaining(`is not known: grant ecr:DescribeRegistry: DescribeRegistry ${home}`),
  ])
  expect(policies[0]?.reason).toContain(`used as ${home}/${path}:v1, which may replicate to here, by Depl`)
  expect(['v1', 'v2', 'v3'].filter(tag => images.has(tag))).toEqual(['v1', 'v3'])
})
