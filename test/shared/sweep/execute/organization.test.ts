import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isInScope } from '../../../../shared/domain/source-name.ts'
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

let places = 0
/** A repository of which `v1` is to be deleted, and an organization of two accounts, of which `pay` cannot be reached. */
async function start(scopes: (organization: string, cluster: string) => readonly string[] = (...both) => both) {
  places += 1
  const organization = `org-${places}`
  const cluster = createMemoryCluster(`beside-${places}`)
  const runs: string[] = []
  const state = { isListed: true, isPayReached: false, isEmpty: false }
  const workloadOf = (image: string): Workload => ({
    cluster: `${organization}/${shop}/eu-west-1`,
    kind: 'LambdaFunction',
    namespace: 'eu-west-1',
    name: 'api',
    image,
    lastSeenAt: at(0),
  })
  const member = (account: string, list: WorkloadSource['listWorkloads']): WorkloadSource => ({
    name: `${organization}/${account}/eu-west-1`,
    listWorkloads: list,
  })
  const denied = (what: string) => new AccessDeniedError(`${what}: no such role`)
  const source: WorkloadSource = {
    name: organization,
    listWorkloads: async () => [],
    listMembers: async () => {
      if (!state.isListed) throw denied('Organizations')
      if (state.isEmpty) return []
      return [
        member(shop, async () => runs.map(workloadOf)),
        member(pay, async () => {
          if (!state.isPayReached) throw denied('STS')
          return []
        }),
      ]
    },
  }
  const said = scopes(organization, cluster.name)
  const pullsFrom = (_: string, name: string) => said.some(scope => isInScope(scope, name))
  const sweep = createSweepFixture(world, [cluster], [source], {
    pullsFrom,
    pullScopesOf: () => said,
    isConfigured: host => host === world.host,
  })
  sweep.trackWhole()
  sweep.policy()
  const old = await sweep.release('v1')
  await sweep.release('v2')
  return { sweep, organization, state, runs, old }
}

describe('an account of an organization that cannot be reached', () => {
  it('keeps everything in registries that it may pull from', async () => {
    const { sweep, old } = await start()

    await sweep.sweep()

    expect(await sweep.tag('v1')).toBe(old.digest)
  })

  it.each([
    ['another account', (organization: string) => [`${organization}/${shop}`]],
    ['another account in its region', (organization: string) => [`${organization}/${shop}/eu-west-1`]],
    ['a cluster', (_: string, cluster: string) => [cluster]],
  ])('keeps nothing in a registry that only %s pulls from', async (_, scopes) => {
    const { sweep, old } = await start(scopes)

    await sweep.sweep()

    expect(await sweep.holds(old.digest)).toBe(false)
  })

  it('is named where a sweep meets it, with the way to say that it does not pull', async () => {
    const { sweep, organization, state, old } = await start()
    state.isPayReached = true
    const request = await sweep.ripen()
    sweep.pass(180)
    state.isPayReached = false

    const { deleted, message } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(message).toContain(
      `kept everything: aws ${organization}/${pay}/eu-west-1: listing failed: STS: no such role; registries[].clusters of the settings says`,
    )
    expect(await sweep.tag('v1')).toBe(old.digest)
  })
})

describe('an organization', () => {
  const ofShop = (organization: string, cluster: string) => [cluster, `${organization}/${shop}`]

  it('protects what its accounts use, also what they began to use since', async () => {
    const { sweep, runs, old } = await start(ofShop)
    const request = await sweep.ripen()
    sweep.pass(180)
    runs.push(`${sweep.repository}:v1`)

    const { deleted } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(await sweep.tag('v1')).toBe(old.digest)
  })

  it.each([
    ['alone', (organization: string) => [organization]],
    ['beside a cluster', (...both: readonly string[]) => both],
  ])('of which no account is found keeps everything where it pulls %s', async (_, scopes) => {
    const { sweep, organization, state, old } = await start(scopes)
    state.isPayReached = true
    const request = await sweep.ripen()
    state.isEmpty = true
    sweep.pass(180)

    const { message } = await sweep.execute(request)
    await sweep.sweep()

    expect(message).toContain(
      `kept everything: ${world.host}: expected an account of ${organization} at least, got none`,
    )
    expect(await sweep.tag('v1')).toBe(old.digest)
  })

  it('of which a registry names an account that is none of it keeps everything there', async () => {
    const wrong = (organization: string) => `${organization}/333333333333/eu-west-1`
    const told = { scopes: [] as string[] }
    const { sweep, organization, state, old } = await start((...both) => {
      told.scopes = [...both]
      return told.scopes
    })
    state.isPayReached = true
    const request = await sweep.ripen()
    told.scopes.push(wrong(organization))

    const { message } = await sweep.execute(request)
    await sweep.sweep()

    expect(message).toContain(
      `kept everything: ${world.host}: expected a source that ${wrong(organization)} of its clusters means, got none`,
    )
    expect(await sweep.tag('v1')).toBe(old.digest)
  })

  it('whose accounts cannot be listed keeps everything where any of them pulls', async () => {
    const { sweep, organization, state, old } = await start(ofShop)
    const request = await sweep.ripen()
    state.isListed = false

    const { message } = await sweep.execute(request)
    await sweep.sweep()

    expect(message).toContain(`kept everything: aws ${organization}: listing failed: Organizations: no such role`)
    expect(await sweep.tag('v1')).toBe(old.digest)
  })

  it('remembers its members while they cannot be listed', async () => {
    const { sweep, organization, state } = await start()
    await sweep.inventories()
    state.isListed = false
    sweep.pass(60)

    await sweep.inventories()

    expect(await world.store.findInventory(organization)).toMatchObject({
      complete: false,
      members: [`${organization}/${shop}/eu-west-1`, `${organization}/${pay}/eu-west-1`],
    })
  })
})
