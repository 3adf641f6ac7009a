import { readFileSync } from 'node:fs'
import {
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  Watch,
} from '@kubernetes/client-node'
import { afterAll, beforeAll } from 'vitest'
import { createKubernetesCluster } from '../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { Condition } from '../../shared/ports/cluster.ts'
import { LoopbackCluster } from '../cli/embedded/kubernetes/loopback-cluster.ts'
import { type Loopback, startLoopback } from '../support/loopback.ts'
import { type Person, waitRounds } from './wait-rounds.ts'

let api: LoopbackCluster
let world: Loopback
beforeAll(async () => {
  ;[api, world] = await Promise.all([LoopbackCluster.start(), startLoopback()])
})
afterAll(async () => {
  await Promise.all([api?.stop(), world?.close()])
})

const apiVersion = 'image.theriseunion.io/v1alpha1'

interface Shown extends KubernetesObject {
  readonly status?: { readonly digest?: string; readonly conditions?: readonly Condition[] }
}

/** As kubectl decides it: the condition counts where it was observed at the generation of the object, or a later one. */
function isMet({ metadata, status }: Shown): boolean {
  const synced = status?.conditions?.find(({ type }) => type === 'Synced')
  if (synced?.status !== 'True') return false
  return synced.observedGeneration === undefined || synced.observedGeneration >= (metadata?.generation ?? 0)
}

/** Every state that the object goes through is looked at, as `kubectl wait` does. */
function personWith(config: KubeConfig): Person {
  const client = KubernetesObjectApi.makeApiClient(config)
  const patch = async (
    namespace: string,
    name: string,
    { annotations, spec }: { annotations?: object; spec?: object },
  ) => {
    const object = { apiVersion, kind: 'Repository', metadata: { name, namespace, annotations }, spec }
    await client.patch(object as KubernetesObject, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)
  }
  return {
    apply: async object => void (await client.create(object as KubernetesObject)),
    annotate: async (namespace, name, annotation) => {
      const [key = '', value = ''] = annotation.split('=')
      await patch(namespace, name, { annotations: { [key]: value } })
    },
    patch: (namespace, name, spec) => patch(namespace, name, { spec }),
    waitForSynced: async (namespace, name) => {
      const { promise, resolve, reject } = Promise.withResolvers<Shown>()
      const path = `/apis/${apiVersion}/namespaces/${namespace}/repositories`
      const seen = (_: string, object: Shown) => (isMet(object) ? resolve(object) : undefined)
      const watched = await new Watch(config).watch(path, { fieldSelector: `metadata.name=${name}` }, seen, reject)
      try {
        return (await promise).status?.digest ?? ''
      } finally {
        watched.abort()
      }
    },
  }
}

waitRounds('the embedded API', () => ({
  cluster: createKubernetesCluster({ name: 'eu-1', kubeconfig: readFileSync(api.running.kubeconfigPath, 'utf8') }),
  person: personWith(api.kubeConfig()),
  world,
}))
