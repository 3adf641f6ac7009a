import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listNames } from '../../../cli/completion/list-names.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** v1 was deleted by a sweep, v2 is there. */
async function swept(cluster: string) {
  const sweep = createSweepFixture(world, [createMemoryCluster(cluster)])
  sweep.policy()
  sweep.trackWhole()
  for (const tag of ['v1', 'v2']) await sweep.release(tag)
  await sweep.sweep()
  const installation = installationOf(world, sweep)
  return { sweep, list: (kind: keyof typeof listNames, typed: string) => listNames[kind](typed, installation) }
}

describe('names for completion', () => {
  it('are of policies as --policy-name takes them, one that cannot be read too', async () => {
    const { sweep, list } = await swept('eu-1')
    sweep.cluster.put('ImageCleanupPolicy', 'broken', { keepRecent: 'many' })

    const names = await list('policies', '')

    expect(names.sort()).toEqual([expect.stringMatching(/\/broken$/), 'team/cleanup'])
  })

  it('are of runs as restore --run takes them', async () => {
    const { list } = await swept('eu-2')

    const names = await list('runs', '')

    expect(names).not.toEqual([])
    for (const name of names) expect(name).toMatch(/^eu-2\/team\/cleanup\/[^/]+$/)
  })

  it('are of repositories and of the namespaces that track them', async () => {
    const { sweep, list } = await swept('eu-6')
    const path = sweep.repository.slice(world.host.length + 1)

    expect(await list('repositories', '')).toEqual([sweep.repository])
    expect(await list('repositories', path.slice(0, 6))).toEqual([path])
    expect(await list('namespaces', '')).toEqual(['team'])
  })

  it('are of images by tag, of deleted ones too, with the host or without it as was begun', async () => {
    const { sweep, list } = await swept('eu-3')
    const path = sweep.repository.slice(world.host.length + 1)

    expect(await list('images', '')).toEqual([`${sweep.repository}:v1`, `${sweep.repository}:v2`])
    expect(await list('images', world.host.slice(0, 6))).toEqual([`${sweep.repository}:v1`, `${sweep.repository}:v2`])
    expect(await list('images', `${path}:v`)).toEqual([`${path}:v1`, `${path}:v2`])
    expect(await list('images', 'elsewhere/')).toEqual([])
  })

  it('are of images by digest where one is begun', async () => {
    const { sweep, list } = await swept('eu-4')
    const digests = (await world.store.listImages(sweep.repository)).map(one => one.digest)

    expect(await list('images', `${sweep.repository}@sha`)).toEqual(digests.map(one => `${sweep.repository}@${one}`))
  })

  it('are of repositories alone where many begin as was typed', async () => {
    const { sweep, list } = await swept('eu-5')
    for (let number = 0; number < 20; number++)
      sweep.cluster.put('Repository', `many-${number}`, {
        repository: `many/app-${number}`,
        registryRef: { name: 'registry' },
      })

    const many = await list('images', `${world.host}/many/`)
    const one = await list('images', `${world.host}/many/app-19`)

    expect(many).toContain(`${world.host}/many/app-7:`)
    expect(many).toHaveLength(20)
    expect(one).toEqual([])
  })
})
