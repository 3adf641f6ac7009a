import { paginateScan } from '@aws-sdk/client-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { Grants } from '../../../../shared/domain/grants/grant.ts'
import type { ImageRecord } from '../../../../shared/domain/records/images.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture, policySpec, type SweepFixture } from '../../../support/sweep-fixture.ts'

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

/** A namespace that deletes by a Secret of its own, and holds no grant. */
const byOwnSecret = (sweep: SweepFixture) => {
  sweep.deploy({ grantsOf: () => [] })
  sweep.cluster.put('RegistrySecret', 'cleaner', { domain: world.host, deleteSecretRef: { name: 'delete' } })
  sweep.cluster.putSecret('team', 'delete', dockerConfig(world.host, 'of-the-tenant'))
}

/** Everything that the table holds. */
async function tableText(): Promise<string> {
  const { client, tableName } = world.table
  const pages = paginateScan({ client }, { TableName: tableName })
  let text = ''
  for await (const { Items = [] } of pages) text += JSON.stringify(Items)
  return text
}

describe('T1 a right that ends while a sweep is under way', () => {
  it('stops between two batches: nothing more is deleted, the run says why, the next plan lifts the marks', async () => {
    const sweep = createSweepFixture(world)
    sweep.deploy({
      grantsOf: () => [{ clusters: ['*'], namespaces: ['*'], repositories: ['{label:of}/**'], may }],
      readsLabels: true,
    })
    sweep.cluster.label('team', { of: 'team' })
    sweep.trackWhole()
    sweep.policy(artifacts)
    for (let number = 1; number <= 60; number++) await world.push({ repository: sweep.path, tag: `v${number}` })
    await sweep.sync()
    sweep.pass(3600)
    const request = await sweep.ripen()
    sweep.moments.onceBefore('deleteManifest', () => sweep.cluster.label('team', { of: 'another' }))

    const { deleted, message } = await sweep.execute(request)
    const left = (await sweep.listTags()).length
    // What was prepared counts as in hand for a while.
    sweep.pass(3600)
    await sweep.inventories()
    const sent = await sweep.plan()
    sweep.pass(600)
    await sweep.inventories()
    await sweep.plan()

    expect(deleted).toBeGreaterThan(0)
    expect(left).toBe(60 - deleted)
    expect(left).toBeGreaterThan(1)
    expect(message).toContain('the right to delete here was taken back')
    expect(sent).toEqual([])
    const images = await world.store.listImages(sweep.repository)
    expect(images.filter(image => image.mark !== undefined && image.goneAt === undefined)).toEqual([])
    const lifted = images.filter(image => image.change.action === 'mark-lifted')
    expect(lifted).toHaveLength(left - 1)
    expect(new Set(lifted.map(({ change }) => change.reason))).toEqual(
      new Set([expect.stringContaining('namespace team of cluster')]),
    )
    expect(sweep.status()?.lastRun).toMatchObject({ result: 'Success', deleted })
  }, 60_000)

  it('never lends the credential of the installation to targets that change under way', async () => {
    const sweep = createSweepFixture(world)
    byOwnSecret(sweep)
    const { request } = await ripe(sweep)
    const registry = { ...policySpec, ...artifacts }
    sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...registry, targets: ['Configuration'] } })
    sweep.moments.onceBefore('findPolicy', () =>
      sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: registry }),
    )

    const { deleted, message } = await sweep.execute(request)

    expect(sweep.logins).toEqual([undefined])
    expect(deleted).toBe(0)
    expect(message).toContain('targets of the policy were changed')
    expect(await sweep.tag('v1')).toBeDefined()
  })

  it('stops when the RegistrySecret names another Secret, though the first is still there', async () => {
    const sweep = createSweepFixture(world)
    byOwnSecret(sweep)
    sweep.cluster.putSecret('team', 'another', dockerConfig(world.host, 'another'))
    const { request } = await ripe(sweep)
    sweep.moments.onceBefore('putManifest', () =>
      sweep.cluster.change('RegistrySecret', 'cleaner', {
        spec: { domain: world.host, deleteSecretRef: { name: 'another' } },
      }),
    )

    const { deleted, message } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(message).toContain('credential was changed')
    expect(await sweep.tag('v1')).toBeDefined()
  })

  it.each<[string, (sweep: SweepFixture) => void]>([
    ['the Secret goes', sweep => sweep.cluster.removeSecret('team', 'delete')],
    [
      'the RegistrySecret names none any more',
      sweep => sweep.cluster.change('RegistrySecret', 'cleaner', { spec: { domain: world.host } }),
    ],
  ])('stops when %s', async (_, happen) => {
    const sweep = createSweepFixture(world)
    byOwnSecret(sweep)
    const { request } = await ripe(sweep)
    sweep.moments.onceBefore('putManifest', () => happen(sweep))

    const { deleted } = await sweep.execute(request)

    expect(deleted).toBe(0)
    expect(await sweep.tag('v1')).toBeDefined()
  })
})

describe('T1 a mark that another left', () => {
  const spoil = async (sweep: SweepFixture, digest: Digest, markedFor?: ImageRecord['markedFor']) => {
    const image = await sweep.image(digest)
    if (!image) throw new Error('expected an image')
    const { markedFor: _, ...rest } = image
    await world.store.saveImage({ ...rest, ...(markedFor && { markedFor }) }, image)
  }

  it('without the uids is not executed: a version before knew none', async () => {
    const sweep = createSweepFixture(world)
    const { old, request } = await ripe(sweep)
    await spoil(sweep, old.digest)

    expect((await sweep.execute(request)).deleted).toBe(0)

    expect(await sweep.tag('v1')).toBeDefined()
  })

  it('of a namespace and a policy that were made anew under their names, with the same spec, is not executed', async () => {
    const sweep = createSweepFixture(world)
    const { request } = await ripe(sweep)
    sweep.policy(artifacts)
    const { listNamespaces } = sweep.cluster
    sweep.cluster.listNamespaces = async () => (await listNamespaces()).map(one => ({ ...one, uid: `anew-${one.uid}` }))

    expect((await sweep.execute(request)).deleted).toBe(0)
    const sent = await sweep.plan()

    expect(sent).toEqual([])
    expect(await sweep.tag('v1')).toBeDefined()
  })
})

describe('a deleteSecretRef', () => {
  it('is written nowhere: not to the table, the archive, Events, statuses or what the log is told', async () => {
    const sweep = createSweepFixture(world)
    byOwnSecret(sweep)
    sweep.cluster.putSecret('team', 'delete', dockerConfig(world.host, 'a-password-nobody-may-see'))
    const { request } = await ripe(sweep)

    const result = await sweep.execute(request)
    await sweep.plan()

    expect(result.deleted).toBe(1)
    const { events } = sweep.cluster
    const seen = JSON.stringify([result, events, sweep.status(), [...sweep.archive.entries.values()]])
    expect(`${seen}${await tableText()}`).not.toContain('a-password-nobody-may-see')
  })

  it('that another namespace lends does not take the place of its own', async () => {
    const sweep = createSweepFixture(world)
    byOwnSecret(sweep)
    const accessFrom = { namespaces: ['team'], repositories: ['**'], may }
    lend(sweep, { deleteSecretRef: { name: 'delete' }, accessFrom }, 'a-namespace-before')
    sweep.cluster.putSecret('a-namespace-before', 'delete', dockerConfig(world.host, 'of-somebody'))
    const { request } = await ripe(sweep)

    await sweep.execute(request)

    expect(sweep.logins).toEqual([{ username: 'cleaner', password: 'of-the-tenant' }])
  })

  const lend = (sweep: SweepFixture, spec: object, namespace = 'team') => {
    sweep.cluster.put('RegistrySecret', 'cleaner', { domain: world.host, ...spec }, { namespace })
    sweep.cluster.putSecret(namespace, 'delete', dockerConfig(world.host, 'of-the-tenant'))
  }

  it('of its own namespace deletes where no grant does, with that login alone', async () => {
    const sweep = createSweepFixture(world)
    byOwnSecret(sweep)
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
    byOwnSecret(sweep)
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
    byOwnSecret(sweep)
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
    byOwnSecret(sweep)
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
