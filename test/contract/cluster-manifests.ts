import type { KubernetesObject, V1Pod } from '@kubernetes/client-node'

export const apiVersion = 'image.theriseunion.io/v1alpha1'

/** A Repository object, of the path `myapp/myapp` where nothing else is given. */
export const repository = (
  namespace: string,
  name: string,
  spec: object = {},
): KubernetesObject & { spec: object } => ({
  apiVersion,
  kind: 'Repository',
  metadata: { namespace, name },
  spec: { repository: 'myapp/myapp', registryRef: { name: 'harbor-prod' }, ...spec },
})

/** The containers of the Pod of the workload contract: an init container and a main one. */
const containers = [
  { name: 'init', image: 'registry.example.com/init:v1' },
  { name: 'app', image: 'registry.example.com/app:v1' },
]

const metadataOf = (namespace: string, name: string) => ({ namespace, name, labels: { app: name } })

const podSpecOf = (name: string, image = `registry.example.com/${name}:v1`) => ({
  containers: [{ name: 'main', image }],
})

/** A Pod as a user would write it. */
const pod = (namespace: string, name: string): V1Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadataOf(namespace, name),
  spec: { initContainers: containers.slice(0, 1), containers: containers.slice(1) },
})

/** The same Pod with the status that a kubelet would write, the image given by its digest. */
export const podStatus = (namespace: string, name: string): V1Pod => ({
  ...pod(namespace, name),
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        image: 'registry.example.com/app:v1',
        imageID: `docker-pullable://registry.example.com/app@sha256:${'b'.repeat(64)}`,
        ready: true,
        restartCount: 0,
      },
    ],
  },
})

/** A workload with a pod template that names one image. */
function templated(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  spec: object = {},
): KubernetesObject {
  const restartPolicy = kind === 'Job' ? { restartPolicy: 'Never' } : {}
  const template = { metadata: { labels: { app: name } }, spec: { ...podSpecOf(name), ...restartPolicy } }
  const selector = { matchLabels: { app: name } }
  return {
    apiVersion,
    kind,
    metadata: metadataOf(namespace, name),
    spec: { selector, template, ...spec },
  } as KubernetesObject
}

function cronJob(namespace: string, name: string): KubernetesObject {
  const template = { spec: { ...podSpecOf(name), restartPolicy: 'Never' } }
  const spec = { schedule: '0 3 * * *', jobTemplate: { spec: { template } } }
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: metadataOf(namespace, name), spec } as KubernetesObject
}

/**
 * A ControllerRevision as a StatefulSet stores it: a patch of the template, under a number that rises. Its owner is a
 * Repository, which exists and which no controller of the cluster minds.
 */
function controllerRevision(namespace: string, name: string, revision: number, uid: string): KubernetesObject {
  const owner = { apiVersion, kind: 'Repository', name: 'owner', uid, controller: true }
  const template = { $patch: 'replace', spec: podSpecOf('db', `registry.example.com/db:v${revision}`) }
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { namespace, name, ownerReferences: [owner] },
    revision,
    data: { spec: { template } },
  } as KubernetesObject
}

/** One workload of every kind, two of those that keep old versions; `owner` is the uid of the Repository `owner`. */
export const workloadManifests = (place: string, owner: string): KubernetesObject[] => [
  pod(place, 'runner'),
  templated('apps/v1', 'Deployment', place, 'web', { replicas: 0 }),
  templated('apps/v1', 'StatefulSet', place, 'db', { serviceName: 'db' }),
  templated('apps/v1', 'DaemonSet', place, 'agent'),
  templated('apps/v1', 'ReplicaSet', place, 'web-old', { replicas: 0 }),
  templated('apps/v1', 'ReplicaSet', place, 'web-new', { replicas: 1 }),
  templated('v1', 'ReplicationController', place, 'classic', { selector: { app: 'classic' } }),
  templated('batch/v1', 'Job', place, 'once', { selector: undefined }),
  cronJob(place, 'nightly'),
  controllerRevision(place, 'db-1', 1, owner),
  controllerRevision(place, 'db-2', 2, owner),
]

const running = `sha256:${'b'.repeat(64)}`

/** What a cluster with these and the Pod's status must list, beside what its controllers add: kind, name, image, rollback. */
export const expectedWorkloads = [
  ...containers.map(({ image }) => `Pod runner ${image} false`),
  `Pod runner registry.example.com/app@${running} false`,
  'Deployment web registry.example.com/web:v1 false',
  'StatefulSet db registry.example.com/db:v1 false',
  'DaemonSet agent registry.example.com/agent:v1 false',
  'ReplicaSet web-old registry.example.com/web-old:v1 true',
  'ReplicaSet web-new registry.example.com/web-new:v1 false',
  'ReplicationController classic registry.example.com/classic:v1 false',
  'Job once registry.example.com/once:v1 false',
  'CronJob nightly registry.example.com/nightly:v1 false',
  'ControllerRevision db-1 registry.example.com/db:v1 true',
  'ControllerRevision db-2 registry.example.com/db:v2 false',
]
