import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { createHands } from '../../contract/cluster-hands.ts'
import { podStatus, workloadManifests } from '../../contract/cluster-manifests.ts'
import { waitUntil } from '../parts/wait-until.ts'
import { type Person, policy, rbacFile, startTenantCluster, type TenantCluster } from './tenant-cluster.ts'

let cluster: TenantCluster
beforeAll(async () => {
  cluster = await startTenantCluster()
})
afterAll(() => cluster?.stop())

describe('T11 a policy that an administrator lets act on payments', () => {
  beforeAll(async () => {
    expect(await cluster.apply('admin', policy('nightly', ['tools', 'payments']))).toMatchObject({ exitCode: 0 })
  })

  const annotate = (person: Person, annotation: string) =>
    cluster.kubectl(person, 'annotate', '--overwrite', 'icp', 'nightly', '-n', 'tools', `theriseunion.io/${annotation}`)

  it.each(['shelflife', 'dev'] as const)('may be paused by %s, and resumed by an administrator alone', async person => {
    expect(await annotate(person, 'pause=release')).toMatchObject({ exitCode: 0 })

    for (const resumed of ['pause-', 'pause=false', 'pause= False '])
      expect((await annotate(person, resumed)).stderr).toContain('in which you may delete repositories')
    expect(await annotate('admin', 'pause-')).toMatchObject({ exitCode: 0 })
  })

  it.each(['approve=abc', 'manual-run=1'])('is not told %s by who may delete nothing there', async annotation => {
    for (const person of ['dev', 'shelflife'] as const)
      expect((await annotate(person, annotation)).stderr).toContain('got payments')
  })

  it.each(['approve', 'manual-run'])('loses %s by the product’s user, which answers it', async key => {
    expect(await annotate('admin', `${key}=abc`)).toMatchObject({ exitCode: 0 })

    const port = cluster.portOf('shelflife')
    const object = await port.findObject('ImageCleanupPolicy', 'tools', 'nightly')
    if (object) await port.annotate(object, { [`theriseunion.io/${key}`]: null })

    const after = await port.findObject('ImageCleanupPolicy', 'tools', 'nightly')
    expect(after?.metadata.annotations).not.toHaveProperty([`theriseunion.io/${key}`])
  })

  it('keeps its spec from who may delete nothing there, and takes labels and a status', async () => {
    const patch = (body: object) =>
      cluster.kubectl('dev', 'patch', 'icp', 'nightly', '-n', 'tools', '--type=merge', '-p', JSON.stringify(body))

    expect((await patch({ spec: { keepRecent: 0 } })).stderr).toContain('got payments')
    expect(await patch({ metadata: { labels: { team: 'tools' } } })).toMatchObject({ exitCode: 0 })
    const port = cluster.portOf('shelflife')
    const object = await port.findObject('ImageCleanupPolicy', 'tools', 'nightly')
    if (object) await port.applyStatus(object, { totalDeleted: 7 })
    expect((await port.findObject('ImageCleanupPolicy', 'tools', 'nightly'))?.status.totalDeleted).toBe(7)
  })

  it('is not written for namespaces of others, and is for one’s own', async () => {
    expect((await cluster.apply('evil', policy('wide', ['evil', 'bank', 'payments'], 'evil'))).stderr).toContain(
      'got bank, payments',
    )
    expect(await cluster.apply('evil', policy('own', undefined, 'evil'))).toMatchObject({ exitCode: 0 })
    expect((await cluster.apply('evil', policy('own', ['payments'], 'evil'))).stderr).toContain('got payments')
  })

  it('takes 20 other namespaces by the right on each, and more by the right on all', async () => {
    const names = Array.from({ length: 21 }, (_, at) => `team-${at}`)
    for (const name of names) {
      await cluster.admin('create', 'namespace', name)
      await cluster.admin('create', 'rolebinding', 'dev', '-n', name, '--clusterrole=tenant', '--user=dev')
    }
    const twenty = names.slice(0, 20)

    await waitUntil(() => cluster.isAllowed('dev', policy('many', twenty)), {
      what: 'the role bindings to take effect',
    })
    expect((await cluster.apply('dev', policy('many', [...twenty.slice(0, 19), 'payments']))).stderr).toContain(
      'payments',
    )
    expect((await cluster.apply('dev', policy('many', names))).stderr).toContain('at most 20 other namespaces')
    expect(await cluster.apply('admin', policy('many', names))).toMatchObject({ exitCode: 0 })
  })
})

describe('a tenant', () => {
  it.each([
    [
      'the status of its own objects',
      [
        'patch',
        'icp',
        'own',
        '-n',
        'evil',
        '--subresource=status',
        '--type=merge',
        '-p',
        '{"status":{"totalDeleted":1}}',
      ],
    ],
    ['objects of other namespaces', ['get', 'repositories.image.theriseunion.io', '-n', 'payments']],
    ['secrets of other namespaces', ['get', 'secrets', '-n', 'payments']],
    ['secrets of all namespaces', ['get', 'secrets', '-A']],
  ])('neither reads nor writes %s', async (_, args) => {
    expect((await cluster.kubectl('evil', ...args)).stderr).toContain('User "evil" cannot')
  })
})

describe('the product’s users', () => {
  it.each(['shelflife', 'executor'] as const)('%s reads a named secret, and lists none', async person => {
    await cluster.apply('admin', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pull', namespace: 'payments' },
      stringData: { password: 'p' },
    })

    expect(await cluster.portOf(person).findSecret('payments', 'pull')).toEqual({ password: 'p' })
    expect((await cluster.kubectl(person, 'get', 'secrets', '-n', 'payments')).stderr).toContain(
      'cannot list resource "secrets"',
    )
  })

  it('have with rbac.yaml every right that the adapter asks for, and the reader not those of the executor', async () => {
    expect(await cluster.portOf('shelflife').listMissingRights()).toEqual([])
    expect(await cluster.portOf('executor').listMissingRights('executor')).toEqual([])
    expect(await cluster.portOf('shelflife').listMissingRights('executor')).toEqual([
      'create repositories',
      'delete repositories',
    ])
  })

  it('can make every call of the port', async () => {
    const port = cluster.portOf('executor')
    const hands = createHands({ cluster: port, kubeconfig: readFileSync(cluster.kubeconfigOf('admin'), 'utf8') })
    const namespace = await hands.freshNamespace()
    const object = await hands.created(namespace, 'owner', {})
    for (const manifest of workloadManifests(namespace, object.metadata.uid)) await hands.objects.create(manifest)
    await hands.core.replaceNamespacedPodStatus({ name: 'runner', namespace, body: podStatus(namespace, 'runner') })

    for (const kind of ['Repository', 'RegistrySecret', 'ImageCleanupPolicy'] as const) await port.listObjects(kind)
    await port.applyStatus(object, { syncStatus: 'Success' })
    const event = { type: 'Normal', reason: 'Seen', message: 'seen' } as const
    await port.recordEvent(object, event)
    await port.recordEvent(object, event)
    await port.annotate(await hands.read(namespace, 'owner', 'Repository'), { 'example.com/seen': '1' })
    const stored = await hands.read(namespace, 'owner', 'Repository')
    expect(await port.deleteObject(stored)).toBe(true)
    await port.createObject('Repository', JSON.parse(JSON.stringify(stored)))

    expect((await port.listWorkloads()).some(one => one.namespace === namespace)).toBe(true)
    expect(await port.listNamespaces()).toContainEqual(await port.findNamespace(namespace))
  })

  it('delete no object with the reader’s kubeconfig, and are told which right that is', async () => {
    const port = cluster.portOf('shelflife')
    const hands = createHands({ cluster: port, kubeconfig: readFileSync(cluster.kubeconfigOf('admin'), 'utf8') })
    const object = await hands.created('payments', 'kept', {})

    await expect(port.deleteObject(object)).rejects.toThrow(
      'grant the user of its kubeconfig the right to delete repositories',
    )
  })

  it('say what is missing without a piece of rbac.yaml', async () => {
    const documents = parseAllDocuments(readFileSync(rbacFile, 'utf8')).map(one => one.toJS())
    const role = documents.find(one => one.kind === 'ClusterRole' && one.metadata.name === 'shelflife')
    const without = ['pods', 'secrets', 'repositories/status']
    const rules = role.rules.filter(
      (rule: { resources?: string[] }) => !rule.resources?.some(one => without.includes(one)),
    )
    await cluster.apply('admin', { ...role, rules })
    const port = cluster.portOf('shelflife')

    // The authorizer hears of the smaller role in the midst of the questions.
    await vi.waitFor(
      async () =>
        expect(await port.listMissingRights()).toEqual([
          'patch repositories/status',
          'patch registrysecrets/status',
          'patch imagecleanuppolicies/status',
          'get secrets',
          'list pods',
          'list replicationcontrollers',
        ]),
      { timeout: 30_000 },
    )
    await expect(port.listWorkloads()).rejects.toThrow(
      /list (Pod|ReplicationController) objects .* the right to list (pods|replicationcontrollers), as/,
    )
    await expect(port.findSecret('payments', 'pull')).rejects.toThrow('the right to get secrets')
    await cluster.admin('apply', '-f', rbacFile)
  })
})
