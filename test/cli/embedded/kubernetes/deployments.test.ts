import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../cli/embedded/kubernetes/kubernetes-object.ts'
import { at, deployment, LoopbackCluster, mergePatch } from './loopback-cluster.ts'

let cluster: LoopbackCluster
let apps: AppsV1Api
beforeAll(async () => {
  cluster = await LoopbackCluster.start()
  apps = cluster.kubeConfig().makeApiClient(AppsV1Api)
})
afterAll(() => cluster.stop())

const path = '/apis/apps/v1/namespaces/default/deployments'

async function create(body: JsonObject): Promise<void> {
  await cluster.call(path, { method: 'POST', body })
}

async function setImage(name: string, image: string): Promise<void> {
  const body = { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } }
  await cluster.call(`${path}/${name}`, { method: 'PATCH', type: 'application/strategic-merge-patch+json', body })
}

async function replicaSetsOf(name: string): Promise<string[]> {
  const { items } = await apps.listNamespacedReplicaSet({ namespace: 'default', labelSelector: `app=${name}` })
  return items
    .map(item => {
      const revision = item.metadata?.annotations?.['deployment.kubernetes.io/revision']
      return `${revision}: ${item.spec?.template?.spec?.containers[0]?.image} x${item.spec?.replicas}`
    })
    .sort()
}

describe('a Deployment', () => {
  it('gets a ReplicaSet of its own, and is rolled out at once', async () => {
    await create(deployment('web', 'web:1'))

    const read = await apps.readNamespacedDeployment({ name: 'web', namespace: 'default' })
    expect(await replicaSetsOf('web')).toEqual(['1: web:1 x2'])
    expect(read.metadata?.generation).toBe(1)
    expect(read.status).toMatchObject({ observedGeneration: 1, readyReplicas: 2, updatedReplicas: 2 })
    expect(read.status?.conditions?.map(condition => `${condition.type}=${condition.status}`)).toEqual([
      'Available=True',
      'Progressing=True',
    ])
  })

  it('keeps the ReplicaSets of earlier templates at zero, for a rollback', async () => {
    await create(deployment('api', 'api:1'))
    await setImage('api', 'api:2')
    await setImage('api', 'api:1')

    expect(await replicaSetsOf('api')).toEqual(['2: api:2 x0', '3: api:1 x2'])
  })

  it('sees the same template where a client writes its empty time as null', async () => {
    await create(deployment('go', 'go:1'))
    const template = {
      metadata: { creationTimestamp: null, labels: { app: 'go' } },
      spec: { containers: [{ name: 'app', image: 'go:1' }] },
    }
    const operations = [{ op: 'replace', path: '/spec/template', value: template }]

    await cluster.call(`${path}/go`, { method: 'PATCH', type: 'application/json-patch+json', body: operations })

    expect(await replicaSetsOf('go')).toEqual(['1: go:1 x2'])
  })

  it('keeps no more of them than revisionHistoryLimit', async () => {
    const body = deployment('short', 'short:1')
    await create({ ...body, spec: { ...(typeof body.spec === 'object' ? body.spec : {}), revisionHistoryLimit: 1 } })
    await setImage('short', 'short:2')
    await setImage('short', 'short:3')

    expect(await replicaSetsOf('short')).toEqual(['2: short:2 x0', '3: short:3 x2'])
  })

  it('scales without a new revision', async () => {
    await create(deployment('wide', 'wide:1'))
    await cluster.call(`${path}/wide`, { method: 'PATCH', type: mergePatch, body: { spec: { replicas: 5 } } })

    expect(await replicaSetsOf('wide')).toEqual(['1: wide:1 x5'])
  })

  it('takes its ReplicaSets along when it is deleted', async () => {
    await create(deployment('brief', 'brief:1'))
    await apps.deleteNamespacedDeployment({ name: 'brief', namespace: 'default' })

    expect(await replicaSetsOf('brief')).toEqual([])
  })

  it('is refused where its selector does not match its template', async () => {
    const body = deployment('torn', 'torn:1')
    const spec = { ...(typeof body.spec === 'object' ? body.spec : {}), selector: { matchLabels: { app: 'other' } } }

    const answer = await cluster.call(path, { method: 'POST', body: { ...body, spec } })

    expect(answer.body.message).toContain(
      'spec.template.metadata.labels: Invalid value: {"app":"torn"}: `selector` does not match template `labels`',
    )
  })
})

describe('core kinds', () => {
  it('a Pod shows the images that its status was given', async () => {
    const core = cluster.kubeConfig().makeApiClient(CoreV1Api)
    await core.createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    })
    const status = {
      phase: 'Running',
      containerStatuses: [
        { name: 'c', image: 'nginx:latest', imageID: 'nginx@sha256:aa', ready: true, restartCount: 0 },
      ],
    }
    await cluster.call('/api/v1/namespaces/default/pods/p/status', {
      method: 'PATCH',
      type: mergePatch,
      body: { status },
    })

    const running = await core.listPodForAllNamespaces({ fieldSelector: 'status.phase=Running' })

    expect(running.items[0]?.status?.containerStatuses?.[0]?.imageID).toBe('nginx@sha256:aa')
    expect(running.items[0]?.spec?.containers[0]?.imagePullPolicy).toBe('Always')
  })

  it('a Secret keeps stringData as data', async () => {
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { user: 'u' } }

    const answer = await cluster.call('/api/v1/namespaces/default/secrets', { method: 'POST', body })

    expect(answer.body).toMatchObject({ data: { user: 'dQ==' }, type: 'Opaque' })
    expect(answer.body.stringData).toBeUndefined()
  })

  it('Events are found by the object they are about', async () => {
    const involvedObject = { kind: 'Repository', name: 'myapp', namespace: 'default' }
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      involvedObject,
      reason: 'SyncFailed',
      message: 'm',
      type: 'Warning',
    }
    await cluster.call('/api/v1/namespaces/default/events', { method: 'POST', body })

    const query = 'fieldSelector=involvedObject.name%3Dmyapp%2CinvolvedObject.kind%3DRepository'
    const found = await cluster.call(`/api/v1/namespaces/default/events?${query}`)

    expect(at(found.body, 'items.0.reason')).toBe('SyncFailed')
  })
})
