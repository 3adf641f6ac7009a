import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

it('95 shows in the status where a sweep freed bytes: by repository, namespace and registry', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy({ namespaces: ['team', 'shop'] })
  const registryRef = { name: 'registry', namespace: 'team' }
  const spec = { domain: world.host, accessFrom: { namespaces: ['shop'], repositories: ['**'] } }
  sweep.cluster.put('RegistrySecret', 'registry', spec)
  sweep.cluster.put('Repository', 'v1', { repository: sweep.path, tag: 'v1', registryRef }, { namespace: 'shop' })
  sweep.track('v2')
  sweep.track('v3')
  for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)

  await sweep.sweep()

  const run = (await world.store.findPolicy(`${sweep.cluster.name}/team/cleanup`))?.runs[0]
  const { freedBytes = 0, freed } = run ?? {}
  expect(freedBytes).toBeGreaterThan(0)
  expect(freed?.byRepository).toEqual([{ repository: sweep.repository, bytes: freedBytes }])
  expect(freed?.byRegistry).toEqual([{ registry: world.host, bytes: freedBytes }])
  expect(freed?.byNamespace.map(share => share.namespace).sort()).toEqual(['shop', 'team'])
  expect(freed?.byNamespace.reduce((sum, share) => sum + share.bytes, 0)).toBe(freedBytes)
  expect(sweep.status()).toMatchObject({ totalFreedBytes: freedBytes, lastRun: { freedBytes, freed } })
})
