import { appendFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CoreV1Api, CustomObjectsApi, VersionApi } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../../../shared/errors.ts'
import { waitUntil } from '../../../real/parts/wait-until.ts'
import { at, LoopbackCluster, repositories, repository, spawnServer } from './loopback-cluster.ts'
import { sentByKubectl } from './protobuf/sent-by-kubectl.ts'

describe('the embedded Kubernetes API', () => {
  let cluster: LoopbackCluster
  beforeAll(async () => {
    cluster = await LoopbackCluster.start()
  })
  afterAll(() => cluster.stop())

  it('is reached by the client library through the kubeconfig it wrote', async () => {
    const version = await cluster.kubeConfig().makeApiClient(VersionApi).getCode()
    const namespaces = await cluster.kubeConfig().makeApiClient(CoreV1Api).listNamespace()

    expect(version.minor).toBe('36')
    expect(namespaces.items.map(item => item.metadata?.name)).toEqual([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ])
  })

  it('keeps kubeconfig, token and keys from other users', async () => {
    const files = ['kubeconfig', 'data/token', 'data/identity.json', 'data/objects.jsonl']

    const modes = await Promise.all(files.map(async file => (await stat(join(cluster.folder, file))).mode & 0o777))

    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600])
  })

  it('F27 answers 401 to a wrong token and to none', async () => {
    const wrong = await cluster.call('/api', { token: 'guess' })
    const none = await cluster.call('/api/v1/namespaces', { token: '' })

    expect([wrong.status, none.status]).toEqual([401, 401])
    expect(wrong.body).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 })
  })

  it('refuses a taken port as an invalid setting', async () => {
    const port = Number(new URL(cluster.running.url).port)

    await expect(LoopbackCluster.start({ port })).rejects.toBeInstanceOf(InvalidInputError)
  })

  it('refuses something else where a CRD is expected', async () => {
    await expect(LoopbackCluster.start({ crds: [{ kind: 'Namespace' }] })).rejects.toBeInstanceOf(InvalidInputError)
  })

  it('lets a test answer in its place', async () => {
    const answers: (Response | undefined)[] = [Response.json({ reason: 'TooManyRequests' }, { status: 429 })]
    const throttled = await LoopbackCluster.start({ intercept: () => answers.shift() })

    const first = await throttled.call('/version')
    const second = await throttled.call('/version')
    await throttled.stop()

    expect([first.status, second.status]).toEqual([429, 200])
  })

  it('answers discovery in the plain and in the aggregated form', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
    const aggregated = await cluster.call('/apis', { accept })
    const groups = await cluster.call('/apis')
    const resources = await cluster.call('/apis/image.theriseunion.io/v1alpha1')

    expect(aggregated.headers['content-type']).toContain('as=APIGroupDiscoveryList')
    expect(at(aggregated.body, 'items.3.metadata.name')).toBe('image.theriseunion.io')
    expect(at(groups.body, 'groups.3.preferredVersion.version')).toBe('v1alpha1')
    expect(resources.text).toContain('"shortNames":["repo","imgrepo"]')
  })

  it('tells kubectl that it knows fieldValidation, and explains the fields of a custom resource', async () => {
    const index = await cluster.call('/openapi/v3')
    const entry = JSON.parse(index.text).paths['apis/image.theriseunion.io/v1alpha1'].serverRelativeURL
    const { paths, components } = JSON.parse((await cluster.call(entry)).text)
    const { patch } = paths['/apis/image.theriseunion.io/v1alpha1/namespaces/{namespace}/repositories/{name}']

    expect(patch.parameters.map((parameter: { name: string }) => parameter.name)).toContain('fieldValidation')
    expect(
      components.schemas['io.theriseunion.image.v1alpha1.Repository'].properties.spec.properties.tag.maxLength,
    ).toBe(128)
  })

  it('takes the protobuf of kubectl, and refuses what is none', async () => {
    const post = (body: Buffer) =>
      cluster.call('/api/v1/namespaces', { method: 'POST', type: 'application/vnd.kubernetes.protobuf', body })

    const created = await post(Buffer.from(sentByKubectl['create namespace team-a'] ?? '', 'base64'))
    const other = await post(Buffer.from(sentByKubectl['create secret generic s1 --from-literal=a=b'] ?? '', 'base64'))
    const none = await post(Buffer.from('{}'))

    expect(created.status).toBe(201)
    expect(created.headers['content-type']).toContain('application/json')
    expect(created.body).toMatchObject({ kind: 'Namespace', metadata: { name: 'team-a' }, status: { phase: 'Active' } })
    expect([other.status, none.status]).toEqual([422, 400])
    expect(none.body.message).toContain('must be of type Namespace): expected the bytes k8s')
  })

  it('heeds the options of a delete that come as protobuf', async () => {
    const path = '/api/v1/namespaces/default/secrets'
    await cluster.call(path, { method: 'POST', body: { metadata: { name: 'guarded' } } })
    // Preconditions with another uid.
    const options = 'azhzAAoTCgJ2MRINRGVsZXRlT3B0aW9ucxIJEgcKBW90aGVy'

    const refused = await cluster.call(`${path}/guarded`, {
      method: 'DELETE',
      type: 'application/vnd.kubernetes.protobuf',
      body: Buffer.from(options, 'base64'),
    })

    expect([refused.status, refused.body.reason]).toEqual([409, 'Conflict'])
  })

  it('answers an unknown path as the real server does', async () => {
    const custom = await cluster.call('/apis/image.theriseunion.io/v1alpha1/namespaces/default/nope')
    const core = await cluster.call('/api/v1/namespaces/default/nope')

    expect([custom.status, custom.text]).toEqual([404, '404 page not found\n'])
    expect(core.body).toMatchObject({ code: 404, message: 'the server could not find the requested resource' })
  })
})

describe('the data folder', () => {
  it('keeps objects, token and certificate authority over a restart', async () => {
    const cluster = await LoopbackCluster.start()
    const { token } = cluster.running
    const authority = cluster.kubeConfig().getCurrentCluster()?.caData
    const created = await cluster.call(repositories, { method: 'POST', body: repository('kept') })

    await cluster.restart()
    const found = await cluster.call(`${repositories}/kept`)
    const resumedAuthority = cluster.kubeConfig().getCurrentCluster()?.caData
    await cluster.stop()

    expect(found.body).toEqual(created.body)
    expect([cluster.running.token, resumedAuthority]).toEqual([token, authority])
  })

  it('F7 loses no acknowledged write to a kill, and drops a torn last line', async () => {
    const cluster = await LoopbackCluster.start()
    await cluster.call(repositories, { method: 'POST', body: repository('whole') })
    await cluster.call(repositories, { method: 'POST', body: repository('gone') })
    await cluster.call(`${repositories}/gone`, { method: 'DELETE' })
    await appendFile(join(cluster.folder, 'data/objects.jsonl'), '{"resourceVersion":99,"key":"repositories.image')

    await cluster.restart()
    const list = await cluster.kubeConfig().makeApiClient(CustomObjectsApi).listNamespacedCustomObject({
      group: 'image.theriseunion.io',
      version: 'v1alpha1',
      namespace: 'default',
      plural: 'repositories',
    })
    await cluster.stop()

    expect(JSON.stringify(list)).toContain('"name":"whole"')
    expect(JSON.stringify(list)).not.toContain('"name":"gone"')
  })

  it('F8 loses no acknowledged write to a kill -9', async () => {
    const cluster = await LoopbackCluster.start()
    await cluster.running.close()
    const server = await spawnServer(cluster.folder)
    const acknowledged: string[] = []
    const writing = (async () => {
      for (let index = 0; ; index++) {
        const { status } = await server.call(repositories, { method: 'POST', body: repository(`r${index}`) })
        if (status === 201) acknowledged.push(`r${index}`)
      }
    })()
    await waitUntil(() => acknowledged.length >= 50, { what: '50 acknowledged writes', intervalMs: 1 })

    server.process.kill('SIGKILL')
    await expect(writing).rejects.toThrow()
    await cluster.restart()

    const { body } = await cluster.call(repositories)
    const names = Array.isArray(body.items) ? body.items.map(item => at(item, 'metadata.name')) : []
    await cluster.stop()
    expect(acknowledged.length).toBeGreaterThanOrEqual(50)
    expect(names).toEqual(expect.arrayContaining(acknowledged))
  })

  it('never gives a resourceVersion twice, also when the last change before the restart was a delete', async () => {
    const cluster = await LoopbackCluster.start()
    await cluster.call(repositories, { method: 'POST', body: repository('a') })
    await cluster.call(`${repositories}/a`, { method: 'DELETE' })
    const before = Number(at((await cluster.call(repositories)).body, 'metadata.resourceVersion'))

    await cluster.restart()
    const created = await cluster.call(repositories, { method: 'POST', body: repository('a') })
    await cluster.stop()

    expect(Number(at(created.body, 'metadata.resourceVersion'))).toBeGreaterThan(before)
  })

  it('refuses a journal that is damaged elsewhere than at its end', async () => {
    const cluster = await LoopbackCluster.start()
    const journal = join(cluster.folder, 'data/objects.jsonl')
    await appendFile(journal, 'not json\n{}\n')

    await expect(cluster.restart()).rejects.toThrow(/expected one JSON object per line/)
    expect(await readFile(journal, 'utf8')).toContain('not json')
    await cluster.stop()
  })
})
