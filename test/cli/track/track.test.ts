import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pushImage } from '../../../cli/embedded/registry/push-image.ts'
import { createTracked, planTracking } from '../../../cli/track/track-repositories.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'

const namespace = 'team'

describe('shelflife track', () => {
  let world: Loopback
  beforeAll(async () => {
    world = await startLoopback()
    for (const repository of ['team/app', 'team/web_app', 'team/web-app', 'team/deep/one', 'other/app'])
      await pushImage(`http://${world.host}`, { repository, tag: 'v1' })
  })
  afterAll(async () => world.close())

  function installation() {
    const sweep = createSweepFixture(world)
    const cluster = createMemoryCluster('eu-1')
    return { cluster, of: installationOf(world, sweep, { clusters: [cluster], mayWrite: true }) }
  }

  it('makes an object for each path that the pattern names, each with a name of its own, and none twice', async () => {
    const { cluster, of } = installation()
    cluster.put('RegistrySecret', 'registry', { domain: world.host })
    const asked = { pattern: `${world.host}/team/*`, namespace }

    const first = await planTracking(asked, of)
    const made = await createTracked(first)
    const second = await planTracking(asked, of)

    const specs = first.objects.map(({ spec }) => spec)
    expect(specs).toEqual(
      ['team/app', 'team/web-app', 'team/web_app'].map(repository => ({
        repository,
        registryRef: { name: 'registry' },
      })),
    )
    expect(new Set(first.objects.map(({ metadata }) => metadata.name)).size).toBe(3)
    expect(made).toBe(3)
    expect([second.objects, second.tracked]).toEqual([[], ['team/app', 'team/web-app', 'team/web_app']])
  })

  it('one that somebody made meanwhile is no error, and an object of that name about another tag is left as it is', async () => {
    const { cluster, of } = installation()
    cluster.put('RegistrySecret', 'registry', { domain: world.host })
    cluster.put('Repository', 'team-app', { repository: 'team/app', tag: 'v1', registryRef: { name: 'registry' } })

    const tracking = await planTracking({ pattern: `${world.host}/team/app`, namespace }, of)
    const made = [await createTracked(tracking), await createTracked(tracking)]

    expect(tracking.objects[0]?.metadata.name).toMatch(/^team-app-[0-9a-f]{8}$/)
    expect(made).toEqual([1, 0])
  })

  it('says which RegistrySecret is to be made where the namespace has none', async () => {
    const { of } = installation()

    const { newRegistrySecret, objects } = await planTracking({ pattern: `${world.host}/**`, namespace }, of)

    expect(newRegistrySecret).toMatchObject({ kind: 'RegistrySecret', spec: { domain: world.host } })
    expect(objects).toHaveLength(5)
    expect(objects.every(({ spec }) => JSON.stringify(spec).includes(String(newRegistrySecret?.metadata.name)))).toBe(
      true,
    )
  })

  it.each([
    ['team/app', /expected HOST\/PATTERN/],
    ['harbor.example.com', /expected HOST\/PATTERN/],
    ['harbor.example.com/Team/*', /can never occur in a repository path/],
    ['harbor.example.com/a**', /\*\* must stand alone/],
  ])('%s is no pattern', async (pattern, message) => {
    const { of } = installation()

    const planned = planTracking({ pattern, namespace }, of)

    await expect(planned).rejects.toThrow(InvalidInputError)
    await expect(planned).rejects.toThrow(message)
  })

  it('a namespace, a cluster or an object that is not there is named', async () => {
    const { cluster, of } = installation()
    cluster.put('RegistrySecret', 'registry', { domain: world.host })
    const pattern = `${world.host}/**`

    const without = { ...of, connectClusters: async () => [{ ...cluster, findNamespace: async () => undefined }] }

    await expect(planTracking({ pattern, namespace: 'nowhere' }, without)).rejects.toThrow(/-n: expected a namespace/)
    await expect(planTracking({ pattern, namespace, cluster: 'us-9' }, of)).rejects.toThrow(
      /--cluster: expected one of/,
    )
    await expect(planTracking({ pattern, namespace, registrySecret: 'other' }, of)).rejects.toThrow(
      /--registry-secret: expected a RegistrySecret of [a-z]+ for .* \(registry\), got "other"/,
    )
  })
})
