import pMap from 'p-map'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConflictError, InvalidInputError, NotFoundError } from '../../shared/errors.ts'
import type { Cluster, CustomKind } from '../../shared/ports/cluster.ts'
import { type ClusterFixture, type ClusterHands, createHands } from './cluster-hands.ts'
import { apiVersion, expectedWorkloads, podStatus, repository, workloadManifests } from './cluster-manifests.ts'
import { ownerCases } from './cluster-owner.ts'
import { viewCases } from './cluster-views.ts'
import { watchCases } from './cluster-watch.ts'

/** What every Cluster must do, against whatever serves the Kubernetes API. The fixture's objects stay behind. */
export function clusterContract(name: string, setup: () => Promise<ClusterFixture>): void {
  describe(`cluster contract: ${name}`, () => {
    let fixture: ClusterFixture
    let cluster: Cluster
    let hands: ClusterHands
    let namespace: string

    beforeAll(async () => {
      fixture = await setup()
      cluster = fixture.cluster
      hands = createHands(fixture)
      namespace = await hands.freshNamespace()
    })
    afterAll(() => fixture?.stop?.())

    const created = (objectName: string, spec: object = {}) => hands.created(namespace, objectName, spec)
    const read = (objectName: string, kind: CustomKind = 'Repository') => hands.read(namespace, objectName, kind)

    describe('watches', () => watchCases(() => ({ cluster, namespace })))
    describe('views', () => viewCases(() => ({ cluster, hands })))
    describe('the installation that works in it', () =>
      ownerCases(() => ({ hands, kubeconfig: fixture.kubeconfig, namespace })))

    it('finds an object with its spec, its metadata and the configured cluster name', async () => {
      const found = await created('found', { tag: 'v1.2.3' })

      expect(found).toMatchObject({ cluster: cluster.name, kind: 'Repository' })
      expect(found.spec).toMatchObject({ repository: 'myapp/myapp', tag: 'v1.2.3' })
      expect(found.metadata).toMatchObject({ name: 'found', namespace, generation: 1, labels: {}, annotations: {} })
      expect(found.metadata.uid).not.toBe('')
      expect(found.metadata.resourceVersion).not.toBe('')
    })

    it('reads an object that has no status yet', async () => {
      const spec = { schedule: '0 3 * * *', keepRecent: 3 }
      await hands.objects.create({
        apiVersion,
        kind: 'ImageCleanupPolicy',
        metadata: { namespace, name: 'fresh' },
        spec,
      } as never)

      const found = await read('fresh', 'ImageCleanupPolicy')

      expect(found.status).toBeTypeOf('object')
      expect(found.status.conditions).toBeUndefined()
    })

    it('finds nothing where no object has the name', async () => {
      expect(await cluster.findObject('Repository', namespace, 'nobody')).toBeUndefined()
      expect(await cluster.findObject('RegistrySecret', 'no-such-namespace', 'nobody')).toBeUndefined()
    })

    it('lists the objects of one namespace, of all, and by a selectable field', async () => {
      const elsewhere = await hands.freshNamespace()
      await hands.objects.create(repository(elsewhere, 'one', { tag: 'v1' }))
      await hands.objects.create(repository(elsewhere, 'two', { tag: 'v2' }))

      const [inNamespace, everywhere, byTag] = await Promise.all([
        cluster.listObjects('Repository', { namespace: elsewhere }),
        cluster.listObjects('Repository'),
        cluster.listObjects('Repository', { namespace: elsewhere, fieldSelector: 'spec.tag=v2' }),
      ])

      expect(inNamespace.map(object => object.metadata.name)).toEqual(['one', 'two'])
      expect(everywhere.filter(object => object.metadata.namespace === elsewhere)).toHaveLength(2)
      expect(byTag.map(object => object.metadata.name)).toEqual(['two'])
    })

    it('lists more objects than one page holds', async () => {
      const crowded = await hands.freshNamespace()
      const names = Array.from({ length: 503 }, (_, at) => `app-${String(at).padStart(3, '0')}`)
      await pMap(names, each => hands.objects.create(repository(crowded, each)), { concurrency: 16 })

      const listed = await cluster.listObjects('Repository', { namespace: crowded })

      expect(listed.map(object => object.metadata.name)).toEqual(names)
    }, 120_000)

    it('applies a status without touching spec and generation, and owns it under its field manager', async () => {
      const before = await created('applied')

      await cluster.applyStatus(before, { observedGeneration: 1, syncStatus: 'Success', digest: 'sha256:aa' })

      const after = await read('applied')
      expect(after.status).toMatchObject({ observedGeneration: 1, syncStatus: 'Success', digest: 'sha256:aa' })
      expect(after.spec).toEqual(before.spec)
      expect(after.metadata.generation).toBe(before.metadata.generation)
      const raw = await hands.objects.read({ apiVersion, kind: 'Repository', metadata: { namespace, name: 'applied' } })
      expect(raw.metadata?.managedFields).toContainEqual(
        expect.objectContaining({ manager: 'shelflife', operation: 'Apply', subresource: 'status' }),
      )
    })

    it('removes the status fields that a later apply leaves out', async () => {
      const condition = { type: 'Synced', status: 'True', reason: 'SyncSucceeded', message: '' }
      const conditions = [{ ...condition, lastTransitionTime: '2026-10-01T00:00:00Z', observedGeneration: 1 }]
      await cluster.applyStatus(await created('shrinking'), { syncStatus: 'Success', digest: 'sha256:aa', conditions })

      await cluster.applyStatus(await read('shrinking'), { syncStatus: 'Failed', syncMessage: 'gone' })

      const { status } = await read('shrinking')
      expect(status).toMatchObject({ syncStatus: 'Failed', syncMessage: 'gone' })
      expect(status).not.toHaveProperty('digest')
      expect(status).not.toHaveProperty('conditions')
    })

    it('F27 refuses a status for an object that moved on, and for one that went away', async () => {
      const stale = await created('moving')
      await cluster.applyStatus(stale, { syncStatus: 'Syncing' })

      await expect(cluster.applyStatus(stale, { syncStatus: 'Failed' })).rejects.toThrow(ConflictError)
      expect((await read('moving')).status.syncStatus).toBe('Syncing')

      await hands.objects.delete({ apiVersion, kind: 'Repository', metadata: { namespace, name: 'moving' } })
      await expect(cluster.applyStatus(stale, { syncStatus: 'Failed' })).rejects.toThrow(NotFoundError)
    })

    it('F27 refuses a status that the definition does not allow, and never stores an unknown field', async () => {
      const object = await created('strict')

      await expect(cluster.applyStatus(object, { syncStatus: 'Sideways' })).rejects.toThrow(InvalidInputError)
      await cluster.applyStatus(object, { syncStatus: 'Success', invented: 'x' }).catch(() => undefined)

      expect((await read('strict')).status).not.toHaveProperty('invented')
    })

    it('sets and removes annotations, and leaves the others alone', async () => {
      await cluster.annotate(await created('noted'), {
        'theriseunion.io/manual-sync': 'true',
        'example.com/other': '1',
      })

      await cluster.annotate(await read('noted'), { 'theriseunion.io/manual-sync': null })

      expect((await read('noted')).metadata.annotations).toEqual({ 'example.com/other': '1' })
    })

    it('F27 refuses to annotate an object that moved on', async () => {
      const stale = await created('raced')
      await cluster.annotate(stale, { first: '1' })

      await expect(cluster.annotate(stale, { second: '2' })).rejects.toThrow(ConflictError)

      expect((await read('raced')).metadata.annotations).toEqual({ first: '1' })
    })

    it('counts equal events of the hour, and shows them to the field selector of kubectl describe', async () => {
      const object = await created('eventful')
      const failed = { type: 'Warning', reason: 'RegistryUnavailable', message: 'harbor answered 503' } as const

      for (const event of [failed, failed, failed, { ...failed, message: 'harbor answered 502' }])
        await cluster.recordEvent(object, event)

      const uid = object.metadata.uid
      const fieldSelector = `involvedObject.name=eventful,involvedObject.kind=Repository,involvedObject.uid=${uid}`
      const { items } = await hands.core.listNamespacedEvent({ namespace, fieldSelector })
      const shown = items.map(({ type, reason, message, count }) => ({ type, reason, message, count }))
      expect(shown).toHaveLength(2)
      expect(shown).toEqual(expect.arrayContaining([expect.objectContaining({ ...failed, count: 3 })]))
      expect(items[0]).toMatchObject({ source: { component: 'shelflife' }, reportingComponent: 'shelflife' })
    })

    it('deletes exactly the object that was read', async () => {
      const first = await created('phoenix')
      expect(await cluster.deleteObject(first)).toBe(true)
      expect(await cluster.deleteObject(first)).toBe(false)

      const second = await created('phoenix')
      expect(await cluster.deleteObject(first)).toBe(false)
      expect((await read('phoenix')).metadata.uid).toBe(second.metadata.uid)
    })

    it('creates an object again from what was read of it', async () => {
      const before = await created('restored', { tag: 'v3' })
      await cluster.annotate(before, { 'example.com/kept': 'yes' })
      const stored = JSON.parse(JSON.stringify(await read('restored')))
      await cluster.deleteObject(before)

      await cluster.createObject('Repository', stored)

      const after = await read('restored')
      expect(after.spec).toEqual(before.spec)
      expect(after.metadata.annotations).toEqual({ 'example.com/kept': 'yes' })
      expect(after.metadata.uid).not.toBe(before.metadata.uid)
    })

    it('refuses to create over an object of the same name, or what the definition does not allow', async () => {
      await created('taken')

      await expect(cluster.createObject('Repository', { ...repository(namespace, 'taken') })).rejects.toThrow(
        ConflictError,
      )
      const invalid = { ...repository(namespace, 'invalid', { repository: 'Not A Path' }) }
      const refusal = await cluster.createObject('Repository', invalid).catch(error => error)

      expect(refusal).toBeInstanceOf(InvalidInputError)
      expect(refusal.message).toContain('spec.repository')
      expect(refusal.message).not.toContain('Not A Path')
    })

    it('decodes the data of a Secret, and finds none where there is none', async () => {
      const stringData = { username: 'robot', password: 'pässword' }
      await hands.objects.create({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace, name: 'full' },
        stringData,
      } as never)
      await hands.objects.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'empty' } })

      expect(await cluster.findSecret(namespace, 'full')).toEqual(stringData)
      expect(await cluster.findSecret(namespace, 'empty')).toEqual({})
      expect(await cluster.findSecret(namespace, 'none')).toBeUndefined()
    })

    it('reads a namespace with its uid and labels, alone and among all', async () => {
      const manifest = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'labelled', labels: { team: 'payments' } },
      }
      await hands.objects.create(manifest)

      const found = await cluster.findNamespace('labelled')

      expect(found?.uid).not.toBe('')
      expect(found).toMatchObject({ name: 'labelled', labels: { team: 'payments' } })
      expect(await cluster.listNamespaces()).toContainEqual(found)
      expect(await cluster.findNamespace('no-such-namespace')).toBeUndefined()
    })

    it('lists the images of workloads of every kind', async () => {
      const place = await hands.freshNamespace()
      const owner = await hands.created(place, 'owner', {})
      for (const manifest of workloadManifests(place, owner.metadata.uid)) await hands.objects.create(manifest)
      await hands.core.replaceNamespacedPodStatus({
        name: 'runner',
        namespace: place,
        body: podStatus(place, 'runner'),
      })

      const listed = (await cluster.listWorkloads()).filter(workload => workload.namespace === place)

      const shown = listed.map(({ kind, name, image, rollback }) => [kind, name, image, rollback ?? false].join(' '))
      expect(shown).toEqual(expect.arrayContaining(expectedWorkloads))
      expect(new Set(shown).size).toBe(shown.length)
      expect(listed.every(workload => workload.cluster === cluster.name)).toBe(true)
    })
  })
}
