import { ApiException, CoreV1Api, KubeConfig, type V1Pod, Watch } from '@kubernetes/client-node'

const ready = { type: 'Ready', status: 'True' }

/** Makes each Pod of the namespace ready as soon as it is there, as a kubelet would; the result ends it. */
export async function readyPods(kubeconfigPath: string, namespace: string): Promise<() => void> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfigPath)
  const api = config.makeApiClient(CoreV1Api)
  const makeReady = async (pod: V1Pod): Promise<void> => {
    const name = pod.metadata?.name ?? ''
    if (pod.metadata?.deletionTimestamp || pod.status?.conditions?.some(({ type }) => type === ready.type)) return
    const status = { ...pod.status, phase: 'Running', conditions: [ready] }
    try {
      await api.replaceNamespacedPodStatus({ namespace, name, body: { ...pod, status } })
    } catch (error) {
      // Deleted or changed meanwhile: of a change the watch tells again.
      if (!(error instanceof ApiException) || (error.code !== 404 && error.code !== 409)) throw error
    }
  }
  const watched = await new Watch(config).watch(
    `/api/v1/namespaces/${namespace}/pods`,
    {},
    (_, pod: V1Pod) => void makeReady(pod),
    () => {},
  )
  return () => watched.abort()
}
