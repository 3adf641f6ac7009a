import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseSettings, rulebookOf } from '../../../../shared/settings.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const otherAlias = 'a1b2c3d4'

/** A repository of which `v1` is to be deleted, reached by two aliases: the settings name the one of the objects and `others`. */
async function start(others: readonly string[]) {
  const sweep = createSweepFixture(world)
  const [alias = '', ...name] = sweep.path.split('/')
  const deploy = (aliases: readonly string[]) => {
    const entry = { host: world.host, provider: 'ecr-public', accountAliases: [alias, ...aliases] } as const
    const { canonicalPath, pathSpellings, isConfigured } = rulebookOf(parseSettings({ registries: [entry] }))
    sweep.deploy({ canonicalPath, pathSpellings, isConfigured })
  }
  deploy(others)
  sweep.trackWhole()
  sweep.policy()
  const old = await sweep.release('v1')
  await sweep.release('v2')
  return { sweep, deploy, name: `${otherAlias}/${name.join('/')}`, old }
}

describe('a repository that is reached by two aliases of its account', () => {
  it.each([
    ['by its tag', (path: string) => `${world.host}/${path}:v1`],
    ['by its digest', (path: string, digest: string) => `${world.host}/${path}@${digest}`],
    ['under a host that nobody knows', (path: string) => `mirror.example.com/${path}:v1`],
  ])('keeps what runs by the other alias %s', async (_, spell) => {
    const { sweep, name, old } = await start([otherAlias])
    sweep.cluster.run('web', spell(name, old.digest))

    await sweep.sweep()

    expect(await sweep.tag('v1')).toBe(old.digest)
  })

  it('keeps what began to run by the other alias since it was planned', async () => {
    const { sweep, name, old } = await start([otherAlias])
    const request = await sweep.ripen()
    sweep.cluster.run('web', `${world.host}/${name}:v1`)

    const { deleted } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(await sweep.tag('v1')).toBe(old.digest)
  })

  it('keeps what was recorded by the other alias before the settings named it', async () => {
    const { sweep, deploy, name } = await start([])
    sweep.cluster.run('web', `${world.host}/${name}:v1`)
    await sweep.inventories()
    deploy([otherAlias])

    const marked = await sweep.plan()
    sweep.pass(120)
    const due = await sweep.plan()

    expect([...marked, ...due]).toEqual([])
  })

  it('is one repository, whichever of them its objects write', async () => {
    const { sweep, name, old } = await start([otherAlias])
    sweep.cluster.change('Repository', 'whole', { spec: { repository: name, registryRef: { name: 'registry' } } })

    await sweep.sweep()

    expect(await sweep.holds(old.digest)).toBe(false)
  })
})
