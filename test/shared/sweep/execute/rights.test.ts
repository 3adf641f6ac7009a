import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Grants } from '../../../../shared/domain/grants/grant.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture, type SweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

const artifacts = { targets: ['RegistryArtifact'] }
const may = ['read' as const, 'delete' as const]

/** Two versions, the older marked and ripe. */
async function ripe(sweep: SweepFixture) {
  sweep.trackWhole()
  sweep.policy(artifacts)
  const old = await sweep.release('v1')
  await sweep.release('v2')
  return { old, request: await sweep.ripen() }
}

const dockerConfig = (host: string, password: string) => ({
  '.dockerconfigjson': JSON.stringify({ auths: { [host]: { username: 'cleaner', password } } }),
})

describe('T1 an execution', () => {
  it.each<[string, Grants | undefined]>([
    ['was taken back', []],
    ['is of another path now', [{ namespaces: ['team'], repositories: ['other/**'], may }]],
    ['is for reading now', 'everyone'],
  ])('deletes nothing once the grant %s', async (_, grants) => {
    const sweep = createSweepFixture(world)
    const { request } = await ripe(sweep)
    sweep.deploy({ grantsOf: () => grants })

    const { deleted, message } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(message).toContain('kept everything: namespace team of cluster')
    expect(await sweep.tag('v1')).toBeDefined()
    expect(sweep.logins).toEqual([])
  })

  it('deletes nothing on a label that the namespace has no more', async () => {
    const sweep = createSweepFixture(world)
    const [top = ''] = sweep.path.split('/')
    const rest = sweep.path.slice(top.length)
    sweep.deploy({
      grantsOf: () => [{ clusters: ['*'], namespaces: ['*'], repositories: [`{label:team}${rest}`], may }],
    })
    sweep.cluster.label('team', { team: top })
    const { request } = await ripe(sweep)
    sweep.cluster.label('team', { team: 'another' })

    const { deleted } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(await sweep.tag('v1')).toBeDefined()
  })

  it('stops between the look and the delete when the grant is taken back', async () => {
    const sweep = createSweepFixture(world)
    const { request } = await ripe(sweep)
    let asked = 0
    sweep.deploy({
      grantsOf: () => {
        asked += 1
        return asked > 2 ? [] : [{ namespaces: ['team'], repositories: ['**'], may }]
      },
    })

    const { deleted, message } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(message).toContain('taken back')
    expect(await sweep.tag('v1')).toBeDefined()
  })

  it('does not execute the marks of a namespace or policy that another has taken the name of', async () => {
    const sweep = createSweepFixture(world)
    const { request } = await ripe(sweep)
    const { findNamespace, listNamespaces } = sweep.cluster
    sweep.cluster.listNamespaces = async () => (await listNamespaces()).map(one => ({ ...one, uid: `anew-${one.uid}` }))
    sweep.cluster.findNamespace = findNamespace

    const { deleted } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(await sweep.tag('v1')).toBeDefined()
  })
})

describe('a deleteSecretRef', () => {
  const lend = (sweep: SweepFixture, spec: object, namespace = 'team') => {
    sweep.cluster.put('RegistrySecret', 'cleaner', { domain: world.host, ...spec }, { namespace })
    sweep.cluster.putSecret(namespace, 'delete', dockerConfig(world.host, 'of-the-tenant'))
  }
  const byOwn = (sweep: SweepFixture) => {
    sweep.deploy({ grantsOf: () => [] })
    lend(sweep, { deleteSecretRef: { name: 'delete' } })
  }

  it('of its own namespace deletes where no grant does, with that login alone', async () => {
    const sweep = createSweepFixture(world)
    byOwn(sweep)
    const { request } = await ripe(sweep)

    const { deleted } = await sweep.execute(request)

    expect(deleted).toBe(1)
    expect(await sweep.tag('v1')).toBeUndefined()
    expect(sweep.logins).toEqual([{ username: 'cleaner', password: 'of-the-tenant' }])
  })

  it('is not used where a grant gives the right', async () => {
    const sweep = createSweepFixture(world)
    lend(sweep, { deleteSecretRef: { name: 'delete' } })
    const { request } = await ripe(sweep)

    await sweep.execute(request)

    expect(sweep.logins).toEqual([undefined])
  })

  it.each<[string, object, boolean]>([
    ['for the path and for deleting', { namespaces: ['team'], repositories: ['**'], may }, true],
    ['for reading alone', { namespaces: ['team'], repositories: ['**'], may: ['read'] }, false],
    ['without paths', { namespaces: ['team'], may }, false],
    ['for other paths', { namespaces: ['team'], repositories: ['other/**'], may }, false],
    ['to another namespace', { namespaces: ['bank'], repositories: ['**'], may }, false],
  ])('of another namespace that lends it %s', async (_, accessFrom, isLent) => {
    const sweep = createSweepFixture(world)
    sweep.deploy({ grantsOf: () => [] })
    lend(sweep, { deleteSecretRef: { name: 'delete' }, accessFrom }, 'platform')
    sweep.trackWhole()
    sweep.policy(artifacts)
    const old = await sweep.release('v1')
    await sweep.release('v2')

    await sweep.sweep()

    expect(await sweep.holds(old.digest)).toBe(!isLent)
  })

  it.each<[string, (sweep: SweepFixture) => void]>([
    ['the Secret is gone', sweep => sweep.cluster.putSecret('team', 'delete', {})],
    [
      'its entry is for another host',
      sweep => sweep.cluster.putSecret('team', 'delete', dockerConfig('other.example.com', 'x')),
    ],
    [
      'the registry is none that takes logins',
      sweep => sweep.deploy({ grantsOf: () => [], takesDeleteLogins: () => false }),
    ],
  ])('deletes nothing where %s', async (_, spoil) => {
    const sweep = createSweepFixture(world)
    byOwn(sweep)
    const { request } = await ripe(sweep)
    spoil(sweep)

    const { deleted, message } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(message).toContain('kept everything')
    expect(message).not.toContain('of-the-tenant')
    expect(sweep.logins).toEqual([])
    expect(await sweep.tag('v1')).toBeDefined()
  })

  it('stops the sweep when it is changed under way', async () => {
    const sweep = createSweepFixture(world)
    byOwn(sweep)
    const { request } = await ripe(sweep)
    sweep.moments.onceBefore('putManifest', () =>
      sweep.cluster.putSecret('team', 'delete', dockerConfig(world.host, 'rotated')),
    )

    const { deleted, message } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(message).toContain('credential was changed')
    expect(await sweep.tag('v1')).toBeDefined()
  })

  it('says nothing of what it does not find for others: no tag goes by its word', async () => {
    const sweep = createSweepFixture(world)
    byOwn(sweep)
    const { request } = await ripe(sweep)
    world.intercept(({ url }) =>
      url.includes('/manifests/') || url.includes('/tags/list') ? new Response(null, { status: 404 }) : undefined,
    )

    await sweep.execute(request)

    world.intercept(undefined)
    const tags = await world.store.listTags(sweep.repository)
    expect(tags.filter(tag => tag.goneAt !== undefined)).toEqual([])
  })
})
