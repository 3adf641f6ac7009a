import { CoreV1Api, KubeConfig, type KubernetesObject } from '@kubernetes/client-node'
import type { Scene } from '../world.ts'

export interface Template {
  metadata: { labels: Record<string, string> }
  spec: {
    restartPolicy?: string
    containers: { name: string; image: string }[]
    initContainers?: { name: string; image: string }[]
  }
}

/** A pod template with one container. */
export const templateOf = (image: string): Template => ({
  metadata: { labels: { app: 'app' } },
  spec: { containers: [{ name: 'app', image }] },
})

const selector = { matchLabels: { app: 'app' } }
const once = (template: Template): Template => ({ ...template, spec: { ...template.spec, restartPolicy: 'Never' } })

/** The kinds that name images beside Pods and Deployments: API version, and spec for a template that runs nothing now. */
export const workloads: Readonly<Record<string, readonly [string, (template: Template) => object]>> = {
  StatefulSet: ['apps/v1', template => ({ replicas: 0, serviceName: 'app', selector, template })],
  DaemonSet: ['apps/v1', template => ({ selector, template })],
  ReplicaSet: ['apps/v1', template => ({ replicas: 0, selector, template })],
  ReplicationController: ['v1', template => ({ replicas: 0, selector: selector.matchLabels, template })],
  Job: ['batch/v1', template => ({ suspend: true, template: once(template) })],
  CronJob: [
    'batch/v1',
    template => ({ schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template: once(template) } } }),
  ],
}

export const create = (
  { world, namespace }: Scene,
  apiVersion: string,
  kind: string,
  name: string,
  spec: object,
): Promise<KubernetesObject> =>
  world.client.create({ apiVersion, kind, metadata: { namespace, name }, spec } as KubernetesObject)

/** Says what a kubelet says of a container that runs; no world here has one. */
export async function reportRunning(
  { world, namespace }: Scene,
  name: string,
  image: string,
  imageID: string,
): Promise<void> {
  const config = new KubeConfig()
  config.loadFromFile(world.kubeconfigPath)
  const api = config.makeApiClient(CoreV1Api)
  const pod = await api.readNamespacedPod({ namespace, name })
  const state = { running: { startedAt: new Date() } }
  const container = { name: 'app', image, imageID, ready: true, started: true, restartCount: 0, state }
  const status = { phase: 'Running', containerStatuses: [container] }
  await api.replaceNamespacedPodStatus({ namespace, name, body: { ...pod, status } })
}
