import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { createKubernetesCluster } from '../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { createHands } from '../../contract/cluster-hands.ts'
import { podStatus, workloadManifests } from '../../contract/cluster-manifests.ts'
import { projectRoot } from '../parts/cache.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { runKubectl } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'

// `evil` may write in namespace evil and nothing else; `dev` may edit policies in namespace tools, and nothing in payments.
const tenants = ['evil', 'dev'] as const
const installed = ['crds', 'rbac.yaml', 'admission.yaml'].map(file => join(projectRoot, 'infra/cluster', file))
const kinds = ['repositories', 'registrysecrets', 'imagecleanuppolicies'].map(kind => `${kind}.image.theriseunion.io`)

let real: Cluster
beforeAll(async () => {
  real = await startCluster(tenants)
  const [crds = '', ...others] = installed
  await admin('apply', '--server-side', '-f', crds)
  await admin('wait', '--for=condition=Established', 'crd', '--all')
  for (const file of others) await admin('apply', '-f', file)
  const verbs = '--verb=create,get,list,delete,patch'
  await admin('create', 'clusterrole', 'tenant', verbs, `--resource=${kinds.join(',')}`)
  for (const namespace of ['evil', 'tools', 'payments', 'bank']) await admin('create', 'namespace', namespace)
  await admin('create', 'rolebinding', 'tenant', '-n', 'evil', '--clusterrole=tenant', '--user=evil')
  await admin('create', 'rolebinding', 'tenant', '-n', 'tools', '--clusterrole=tenant', '--user=dev')
  await waitUntil(async () => !(await isAllowed('evil', policy('probe', ['payments'], 'evil'))), {
    what: 'the admission policy to take effect',
  })
})
afterAll(() => real?.stop())

const kubeconfigs = {
  admin: () => real.kubeconfigPath,
  shelflife: () => real.pipelineKubeconfigPath,
  executor: () => real.executorKubeconfigPath,
  evil: () => real.kubeconfigOf('evil'),
  dev: () => real.kubeconfigOf('dev'),
}
type Person = keyof typeof kubeconfigs

const kubectl = (person: Person, ...args: string[]) => runKubectl(kubeconfigs[person](), args)

async function admin(...args: string[]): Promise<void> {
  const { exitCode, stderr } = await kubectl('admin', ...args)
  if (exitCode !== 0) throw new Error(`expected kubectl ${args.join(' ')} to succeed: ${stderr}`)
}

const apply = (person: Person, object: object) =>
  runKubectl(kubeconfigs[person](), ['apply', '-f', '-'], stringify(object))
const isAllowed = async (person: Person, object: object) =>
  (await runKubectl(kubeconfigs[person](), ['create', '--dry-run=server', '-f', '-'], stringify(object))).exitCode === 0

const policy = (name: string, namespaces?: readonly string[], namespace = 'tools') => ({
  apiVersion: 'image.theriseunion.io/v1alpha1',
  kind: 'ImageCleanupPolicy',
  metadata: { name, namespace },
  spec: { schedule: '0 3 * * *', keepRecent: 3, ...(namespaces && { namespaces }) },
})

const portOf = (person: Person) =>
  createKubernetesCluster({ name: 'eu-1', kubeconfig: readFileSync(kubeconfigs[person](), 'utf8') })

describe('T11 a policy that an administrator lets act on payments', () => {
  beforeAll(async () => {
    expect(await apply('admin', policy('nightly', ['tools', 'payments']))).toMatchObject({ exitCode: 0 })
  })

  const annotate = (person: Person, annotation: string) =>
    kubectl(person, 'annotate', '--overwrite', 'icp', 'nightly', '-n', 'tools', `theriseunion.io/${annotation}`)

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

    const cluster = portOf('shelflife')
    const object = await cluster.findObject('ImageCleanupPolicy', 'tools', 'nightly')
    if (object) await cluster.annotate(object, { [`theriseunion.io/${key}`]: null })

    const after = await cluster.findObject('ImageCleanupPolicy', 'tools', 'nightly')
    expect(after?.metadata.annotations).not.toHaveProperty([`theriseunion.io/${key}`])
  })

  it('keeps its spec from who may delete nothing there, and takes labels and a status', async () => {
    const patch = (body: object) =>
      kubectl('dev', 'patch', 'icp', 'nightly', '-n', 'tools', '--type=merge', '-p', JSON.stringify(body))

    expect((await patch({ spec: { keepRecent: 0 } })).stderr).toContain('got payments')
    expect(await patch({ metadata: { labels: { team: 'tools' } } })).toMatchObject({ exitCode: 0 })
    const cluster = portOf('shelflife')
    const object = await cluster.findObject('ImageCleanupPolicy', 'tools', 'nightly')
    if (object) await cluster.applyStatus(object, { totalDeleted: 7 })
    expect((await cluster.findObject('ImageCleanupPolicy', 'tools', 'nightly'))?.status.totalDeleted).toBe(7)
  })

  it('is not written for namespaces of others, and is for one’s own', async () => {
    expect((await apply('evil', policy('wide', ['evil', 'bank', 'payments'], 'evil'))).stderr).toContain(
      'got bank, payments',
    )
    expect(await apply('evil', policy('own', undefined, 'evil'))).toMatchObject({ exitCode: 0 })
    expect((await apply('evil', policy('own', ['payments'], 'evil'))).stderr).toContain('got payments')
  })

  it('takes 20 other namespaces by the right on each, and more by the right on all', async () => {
    const names = Array.from({ length: 21 }, (_, at) => `team-${at}`)
    for (const name of names) {
      await admin('create', 'namespace', name)
      await admin('create', 'rolebinding', 'dev', '-n', name, '--clusterrole=tenant', '--user=dev')
    }
    const twenty = names.slice(0, 20)

    await waitUntil(() => isAllowed('dev', policy('many', twenty)), { what: 'the role bindings to take effect' })
    expect((await apply('dev', policy('many', [...twenty.slice(0, 19), 'payments']))).stderr).toContain('payments')
    expect((await apply('dev', policy('many', names))).stderr).toContain('at most 20 other namespaces')
    expect(await apply('admin', policy('many', names))).toMatchObject({ exitCode: 0 })
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
    expect((await kubectl('evil', ...args)).stderr).toContain('User "evil" cannot')
  })
})

describe('the product’s users', () => {
  it.each(['shelflife', 'executor'] as const)('%s reads a named secret, and lists none', async person => {
    await apply('admin', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pull', namespace: 'payments' },
      stringData: { password: 'p' },
    })

    expect(await portOf(person).findSecret('payments', 'pull')).toEqual({ password: 'p' })
    expect((await kubectl(person, 'get', 'secrets', '-n', 'payments')).stderr).toContain(
      'cannot list resource "secrets"',
    )
  })

  it('have with rbac.yaml every right that the adapter asks for, and the reader not those of the executor', async () => {
    expect(await portOf('shelflife').listMissingRights()).toEqual([])
    expect(await portOf('executor').listMissingRights('executor')).toEqual([])
    expect(await portOf('shelflife').listMissingRights('executor')).toEqual([
      'create repositories',
      'delete repositories',
    ])
  })

  it('can make every call of the port', async () => {
    const cluster = portOf('executor')
    const hands = createHands({ cluster, kubeconfig: readFileSync(real.kubeconfigPath, 'utf8') })
    const namespace = await hands.freshNamespace()
    const object = await hands.created(namespace, 'owner', {})
    for (const manifest of workloadManifests(namespace, object.metadata.uid)) await hands.objects.create(manifest)
    await hands.core.replaceNamespacedPodStatus({ name: 'runner', namespace, body: podStatus(namespace, 'runner') })

    for (const kind of ['Repository', 'RegistrySecret', 'ImageCleanupPolicy'] as const) await cluster.listObjects(kind)
    await cluster.applyStatus(object, { syncStatus: 'Success' })
    const event = { type: 'Normal', reason: 'Seen', message: 'seen' } as const
    await cluster.recordEvent(object, event)
    await cluster.recordEvent(object, event)
    await cluster.annotate(await hands.read(namespace, 'owner', 'Repository'), { 'example.com/seen': '1' })
    const stored = await hands.read(namespace, 'owner', 'Repository')
    expect(await cluster.deleteObject(stored)).toBe(true)
    await cluster.createObject('Repository', JSON.parse(JSON.stringify(stored)))

    expect((await cluster.listWorkloads()).some(one => one.namespace === namespace)).toBe(true)
    expect(await cluster.listNamespaces()).toContainEqual(await cluster.findNamespace(namespace))
  })

  it('delete no object with the reader’s kubeconfig, and are told which right that is', async () => {
    const cluster = portOf('shelflife')
    const hands = createHands({ cluster, kubeconfig: readFileSync(real.kubeconfigPath, 'utf8') })
    const object = await hands.created('payments', 'kept', {})

    await expect(cluster.deleteObject(object)).rejects.toThrow(
      'grant the user of its kubeconfig the right to delete repositories',
    )
  })

  it('say what is missing without a piece of rbac.yaml', async () => {
    const documents = parseAllDocuments(readFileSync(join(projectRoot, 'infra/cluster/rbac.yaml'), 'utf8')).map(one =>
      one.toJS(),
    )
    const role = documents.find(one => one.kind === 'ClusterRole' && one.metadata.name === 'shelflife')
    const without = ['pods', 'secrets', 'repositories/status']
    const rules = role.rules.filter(
      (rule: { resources: string[] }) => !rule.resources.some(one => without.includes(one)),
    )
    await apply('admin', { ...role, rules })
    const cluster = portOf('shelflife')

    const missing = await waitUntil(
      async () => {
        const found = await cluster.listMissingRights()
        return found.length > 0 && found
      },
      { what: 'the smaller role to take effect' },
    )

    expect(missing).toEqual([
      'patch repositories/status',
      'patch registrysecrets/status',
      'patch imagecleanuppolicies/status',
      'get secrets',
      'list pods',
      'list replicationcontrollers',
    ])
    await expect(cluster.listWorkloads()).rejects.toThrow(
      /list Pod objects .* the right to list (pods|replicationcontrollers), as/,
    )
    await expect(cluster.findSecret('payments', 'pull')).rejects.toThrow('the right to get secrets')
  })
})
