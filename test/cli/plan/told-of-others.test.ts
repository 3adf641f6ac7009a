import { afterAll, beforeAll, expect, it } from 'vitest'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { runLivePlan } from '../../../cli/plan/run-live-plan.ts'
import type { Grants } from '../../../shared/domain/grants/grant.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf, recordingStreams } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const grants: Grants = [
  { namespaces: ['team'], repositories: ['**'], may: ['read', 'delete'] },
  { namespaces: ['payments'], repositories: ['**'], may: ['read'] },
]

/** Of four versions another namespace tracks the first, and a workload names the second by another host. */
async function fourVersions() {
  const rules = {
    grantsOf: () => grants,
    registries: [world.host],
    isConfigured: (host: string) => host === world.host,
  }
  const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')], [], rules)
  sweep.policy()
  sweep.trackWhole()
  for (const tag of ['v1', 'v2', 'v3', 'v4']) await sweep.release(tag)
  const { cluster, path } = sweep
  cluster.put('RegistrySecret', 'registry', { domain: world.host }, { namespace: 'payments' })
  const spec = { repository: path, tag: 'v1', registryRef: { name: 'registry' } }
  cluster.put('Repository', 'api-v1', spec, { namespace: 'payments' })
  cluster.run('web', `registry.internal:5000/${path}:v2`)
  await sweep.inventories()
  return sweep
}

it('T12 I26 plan names the objects and workloads of others, and how many images stay for them', async () => {
  const sweep = await fourVersions()
  const printed = async (output: 'json' | 'table') => {
    const { streams, written } = recordingStreams()
    const request = { policyName: 'eu-1/team/cleanup', now: sweep.now(), output }
    await runLivePlan(request, installationOf(world, sweep), streams)
    return written.stdout
  }

  const [json, table] = [JSON.parse(await printed('json')), await printed('table')]

  expect(await schemaProblem('plan/plan.schema.json', json)).toBeUndefined()
  const rules = Object.fromEntries(
    json.decisions.map((one: { tags: string[]; rule: string }) => [one.tags[0], one.rule]),
  )
  expect(rules).toEqual({ v1: 'tracked', v2: 'foreign-host', v3: 'none', v4: 'keepRecent' })
  expect(json.sweep).toMatchObject({
    keptForOthers: 1,
    foreignHosts: [
      expect.stringContaining(
        `team/web runs registry.internal:5000/${sweep.path}:v2, a host that no registry is known by`,
      ),
    ],
  })
  expect(table).toContain('1 image stays because an object of another namespace tracks it')
  expect(table).toContain('a host that no registry is known by: kept')
})

it('T12 I26 explain names who tracks an image, and by which host a workload means it', async () => {
  const sweep = await fourVersions()
  const explain = (tag: string) => explainLive(`${sweep.repository}:${tag}`, installationOf(world, sweep), sweep.now())

  const [tracked, foreign] = [await explain('v1'), await explain('v2')]

  expect(tracked.policies[0]).toMatchObject({
    verdict: 'keep',
    rule: 'tracked',
    reason: 'tracked by Repository payments/api-v1 in cluster eu-1, whose namespace has a grant there',
  })
  expect(foreign.policies[0]).toMatchObject({ rule: 'foreign-host', otherwise: { after: 'use', verdict: 'delete' } })
  expect(foreign.usedBy).toEqual([expect.stringContaining(`team/web in cluster eu-1 as registry.internal:5000/`)])
})
