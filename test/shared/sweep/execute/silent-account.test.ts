import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Workload } from '../../../../shared/domain/usage.ts'
import { AccessDeniedError } from '../../../../shared/errors.ts'
import type { WorkloadSource } from '../../../../shared/ports/workload-source.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createMemoryCluster } from '../../../support/memory-cluster.ts'
import { at } from '../../../support/records.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const [shop, pay] = ['111111111111', '222222222222'] as const
const silence = `account ${pay} is CLOSED`

let places = 0
/** A repository of which `v1` is to be deleted, and an organization of two accounts; `pay` answers while it is not silent. */
async function start() {
  places += 1
  const organization = `silent-${places}`
  const nameOf = (account: string) => `${organization}/${account}/eu-west-1`
  const [images, state]: [string[], { pay: 'absent' | 'asked' | 'silent' }] = [[], { pay: 'asked' }]
  const workloadOf = (image: string): Workload => ({
    cluster: nameOf(pay),
    kind: 'LambdaFunction',
    namespace: 'eu-west-1',
    name: 'api',
    image,
    lastSeenAt: at(0),
  })
  const silent: WorkloadSource = {
    name: nameOf(pay),
    silence,
    listWorkloads: () => Promise.reject(new AccessDeniedError('no such role')),
  }
  const paying = {
    absent: [],
    asked: [{ name: nameOf(pay), listWorkloads: async () => images.map(workloadOf) }],
    silent: [silent],
  }
  const source: WorkloadSource = {
    name: organization,
    listWorkloads: async () => [],
    listMembers: async () => [{ name: nameOf(shop), listWorkloads: async () => [] }, ...paying[state.pay]],
  }
  const cluster = createMemoryCluster(`beside-silent-${places}`)
  const sweep = createSweepFixture(world, [cluster], [source], { isConfigured: host => host === world.host })
  sweep.trackWhole()
  sweep.policy()
  const old = await sweep.release('v1')
  await sweep.release('v2')
  return { sweep, name: nameOf(pay), state, images, old }
}

describe('an account of an organization that is not asked now', () => {
  it('keeps everything that it may pull where it was never listed, and names the way to leave it out', async () => {
    const { sweep, name, state, old } = await start()
    state.pay = 'absent'
    const request = await sweep.ripen()
    state.pay = 'silent'

    const { message } = await sweep.execute(request)
    await sweep.sweep()

    expect(message).toContain(`kept everything: aws ${name}: listing failed: expected a listing of before`)
    expect(message).toContain(`${silence}; name it in exclude once nothing runs there`)
    expect(await sweep.tag('v1')).toBe(old.digest)
  })

  it('protects what it was known to use, and stops nothing else', async () => {
    const { sweep, state, images, old } = await start()
    images.push(`${sweep.repository}:v1`)
    await sweep.inventories()
    const other = await sweep.release('v0')
    state.pay = 'silent'

    await sweep.sweep()

    expect(await sweep.tag('v1')).toBe(old.digest)
    expect(await sweep.holds(other.digest)).toBe(false)
  })
})
