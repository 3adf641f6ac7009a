import type { ServerResponse } from 'node:http'
import { afterEach } from 'vitest'
import {
  createKubernetesCluster,
  type KubernetesClusterOptions,
} from '../../../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { UnavailableError } from '../../../../shared/errors.ts'
import type { Cluster, CustomObject } from '../../../../shared/ports/cluster.ts'
import { answerJson, type ReceivedCall, type ScriptedApi, startScriptedApi } from './scripted-api.ts'

const running: ScriptedApi[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(api => api.stop()))
})

/** The answer of a server that serves no kinds of other projects. */
export const noGroups = { kind: 'APIGroupDiscoveryList', items: [] }

const isDiscovery = ({ method, url }: ReceivedCall) => method === 'GET' && url === '/apis'

/** A cluster without kinds of other projects, whose server answers anything else as the test says until the test ends. */
export async function clusterThat(
  answer: (call: ReceivedCall, response: ServerResponse) => void,
  timeoutMs = 5_000,
  watches: Pick<
    KubernetesClusterOptions,
    'watchGraceMs' | 'wholeWatchMs' | 'shortList' | 'now' | 'installation' | 'onUndeclared'
  > = {},
): Promise<{ cluster: Cluster; api: ScriptedApi }> {
  const api = await startScriptedApi((call, response) =>
    isDiscovery(call) ? answerJson(response, 200, noGroups) : answer(call, response),
  )
  running.push(api)
  return {
    api,
    cluster: createKubernetesCluster({
      name: 'eu-1',
      kubeconfig: api.kubeconfig,
      timeoutMs,
      retryDelayMs: 1,
      shortList: 0,
      ...watches,
    }),
  }
}

/** Repository production/myapp of cluster eu-1, with uid uid-1. */
export const object: CustomObject = {
  cluster: 'eu-1',
  kind: 'Repository',
  metadata: {
    name: 'myapp',
    namespace: 'production',
    uid: 'uid-1',
    resourceVersion: '7',
    generation: 1,
    labels: {},
    annotations: {},
  },
  spec: {},
  status: {},
}

/** A Repository as the server sends it, without spec and status. */
export const wireObject = (uid: string) => ({
  metadata: { name: 'myapp', namespace: 'production', uid, resourceVersion: '8' },
})

export const podList = (items: unknown[], next?: string) => ({ kind: 'PodList', metadata: { continue: next }, items })

/** What the promise was rejected with. */
export const failureOf = (promise: Promise<unknown>): Promise<Error & Partial<UnavailableError>> =>
  promise.then(
    () => {
      throw new Error('expected a failure, got an answer')
    },
    error => error,
  )
