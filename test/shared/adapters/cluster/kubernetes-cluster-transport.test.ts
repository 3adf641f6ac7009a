import { describe, expect, it } from 'vitest'
import { createKubernetesCluster } from '../../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { answerJson, kubeconfigFor } from './scripted-api.ts'
import { clusterThat, failureOf, object, wireObject } from './scripted-cluster.ts'

describe('no answer, or half of one', () => {
  it('F27 gives up on a server that does not answer in time', async () => {
    const { cluster } = await clusterThat(() => undefined, 50)

    expect(await failureOf(cluster.listObjects('Repository'))).toMatchObject({ kind: 'timeout' })
  })

  it('F17 F27 gives up on a server that stalls after the headers', async () => {
    const { cluster } = await clusterThat((_, response) => response.writeHead(200).write('{"kind":'), 50)

    expect(await failureOf(cluster.listWorkloads())).toMatchObject({ kind: 'timeout' })
  })

  it('F17 takes half a body for no answer', async () => {
    const { cluster } = await clusterThat((_, response) => {
      response
        .writeHead(200, { 'content-length': '1000' })
        .write('{"kind":"PodList","items":[]}', () => response.destroy())
    })

    expect(await failureOf(cluster.listWorkloads())).toMatchObject({ name: 'UnavailableError', kind: 'network' })
  })

  it('F27 reports a port where nobody listens', async () => {
    const { cluster, api } = await clusterThat(() => undefined)
    await api.stop()

    const failure = await failureOf(cluster.listObjects('Repository'))

    expect(failure).toMatchObject({ kind: 'network' })
    expect(failure.message).toContain(`at ${new URL(api.url).host}: expected an answer, got ECONNREFUSED`)
  })

  it('F18 reports a name that does not resolve', async () => {
    const kubeconfig = kubeconfigFor('https://api.invalid')
    const cluster = createKubernetesCluster({ name: 'eu-1', kubeconfig, retryDelayMs: 1 })

    expect(await failureOf(cluster.findNamespace('production'))).toMatchObject({ kind: 'dns' })
  })

  it('F18 reports a server that does not speak TLS', async () => {
    const { api } = await clusterThat((_, response) => response.end())
    const kubeconfig = kubeconfigFor(api.url.replace('http:', 'https:'))
    const cluster = createKubernetesCluster({ name: 'eu-1', kubeconfig, retryDelayMs: 1 })

    expect(await failureOf(cluster.findNamespace('production'))).toMatchObject({ kind: 'tls' })
  })

  it('repeats a read that failed with 503, and no write', async () => {
    let refusals = 2
    const { cluster, api } = await clusterThat((_, response) =>
      refusals-- > 0 ? answerJson(response, 503, {}) : answerJson(response, 200, wireObject('uid-1')),
    )

    await cluster.findObject('Repository', 'production', 'myapp')
    expect(api.calls).toHaveLength(3)

    refusals = 1
    await failureOf(cluster.applyStatus(object, {}))
    expect(api.calls).toHaveLength(4)
  })
})
