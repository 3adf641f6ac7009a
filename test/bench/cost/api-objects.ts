import { createHash } from 'node:crypto'
import { largePath, namesOf, objectUid, registryHost, registrySecretUid, tagAt, type World } from './world.ts'

const createdAt = '2026-01-01T00:00:00Z'
const ownGroup = 'image.theriseunion.io/v1alpha1'

/** One of the objects that track a repository: the first tracks all of it, and each other one a tag. */
export function repositoryObject(place: number, at: number, world: World) {
  const { app, team, path } = namesOf(place, world)
  const spec = { repository: path, ...(at > 0 && { tag: tagAt(at) }), registryRef: { name: 'registry' } }
  return ownObject('Repository', `${app}-${at}`, team, objectUid(place, at), spec)
}

/** The one that tracks all of the large repository, in the first cluster. */
export const largeObject = () =>
  ownObject('Repository', 'large', 'team-000', 'uid-large', {
    repository: largePath,
    registryRef: { name: 'registry' },
  })

/** How a namespace of a cluster reads its registry. */
export const registrySecret = (cluster: string, team: string) =>
  ownObject('RegistrySecret', 'registry', team, registrySecretUid(cluster, team), {
    domain: registryHost,
    secretRef: { name: 'login' },
  })

export const policy = (cluster: string, team: string, spec: object) =>
  ownObject('ImageCleanupPolicy', 'cleanup', team, uuidOf(`policy ${cluster} ${team}`), spec)

/** Uids that marks name, as Kubernetes makes them. */
const uuidOf = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5')

const ownObject = (kind: string, name: string, namespace: string, uid: string, spec: object) => ({
  apiVersion: ownGroup,
  kind,
  metadata: { name, namespace, uid, generation: 1, creationTimestamp: createdAt, labels: { app: name } },
  spec,
})

/** The Secret that every RegistrySecret names. */
export const loginSecret = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', namespace, uid: `uid-login-${namespace}` },
  type: 'kubernetes.io/dockerconfigjson',
  data: {
    '.dockerconfigjson': Buffer.from(
      JSON.stringify({ auths: { [registryHost]: { username: 'reader', password: 'reader' } } }),
    ).toString('base64'),
  },
})

export const namespaceObject = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, uid: uuidOf(`namespace ${name}`), labels: { 'kubernetes.io/metadata.name': name } },
})

/** What the API server keeps of who wrote which field, and the rest of a real Pod that nobody here reads. */
const ballast = 'x'.repeat(4096)

const podsOfDeployment = 5
export const replicaSetsOfDeployment = 3

/** How many objects a cluster with so many Pods has beside them. */
export const workloadCounts = (pods: number) => ({
  pods,
  deployments: Math.ceil(pods / podsOfDeployment),
  replicasets: Math.ceil(pods / podsOfDeployment) * replicaSetsOfDeployment,
})

/** `life` is another for a Pod that took the place of one before. */
export function podObject(place: number, life: number, world: World) {
  const { app, team, image } = runBy(Math.floor(place / podsOfDeployment), world)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${app}-${place}-${life}`,
      namespace: team,
      uid: `uid-pod-${place}-${life}`,
      annotations: { ballast },
    },
    spec: { containers: [{ name: 'app', image }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'app', image, imageID: '' }] },
  }
}

export const deploymentObject = (place: number, world: World) => templated('Deployment', place, 3, place, world)

/** Of those of one Deployment the first runs Pods; the others are what it can be rolled back to. */
export function replicaSetObject(deployment: number, at: number, world: World) {
  const revision = at % replicaSetsOfDeployment
  const place = deployment * replicaSetsOfDeployment + revision
  return templated('ReplicaSet', place, revision === 0 ? podsOfDeployment : 0, deployment, world)
}

function templated(kind: string, place: number, replicas: number, deployment: number, world: World) {
  const { app, team, image } = runBy(deployment, world)
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: `${app}-${place}`, namespace: team, uid: `uid-${kind}-${place}`, annotations: { ballast } },
    spec: { replicas, template: { spec: { containers: [{ name: 'app', image }] } } },
    status: { replicas },
  }
}

/** What a Deployment runs: one of the tags that objects track. */
function runBy(deployment: number, world: World) {
  const names = namesOf(deployment % world.repositories, world)
  return { ...names, image: `${registryHost}/${names.path}:${tagAt(deployment % world.objectsEach)}` }
}
