import { createHash } from 'node:crypto'
import {
  canonicalJson,
  isObject,
  isSame,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
  listAt,
  objectAt,
  valueAt,
} from './kubernetes-object.ts'
import type { ObjectStore } from './object-store.ts'
import type { ObjectWriter, WriteOptions } from './object-writer.ts'
import type { ResourceType } from './resource-type.ts'

const manager = 'kube-controller-manager'
const options: WriteOptions = { manager, dryRun: false, force: true, fieldValidation: 'Ignore' }
const revisionKey = 'deployment.kubernetes.io/revision'
const hashLabel = 'pod-template-hash'

export interface DeploymentParts {
  store: ObjectStore
  writer: ObjectWriter
  deployments: ResourceType
  replicaSets: ResourceType
}

/**
 * Follows Deployments as the real controller does, but without Pods: a changed template gets a ReplicaSet, older ones are
 * scaled to zero and kept up to revisionHistoryLimit, and every replica counts as ready at once. The result ends it.
 */
export function runDeployments(parts: DeploymentParts): () => void {
  // A kill may have come between a Deployment and its ReplicaSet.
  const unseen = parts.store.list(parts.deployments).filter(deployment => !isObserved(deployment))
  for (const deployment of unseen) rollOut(parts, deployment)
  return parts.store.subscribe(change => {
    if (change.type === parts.deployments && !change.isDeleted && !hasSameSpec(change.object, change.previous)) {
      rollOut(parts, change.object)
    }
  })
}

function isObserved(deployment: KubernetesObject): boolean {
  return valueAt(deployment.status, ['observedGeneration']) === deployment.metadata.generation
}

function hasSameSpec(object: KubernetesObject, previous: KubernetesObject | undefined): boolean {
  return previous !== undefined && isSame(object.spec, previous.spec)
}

function rollOut(parts: DeploymentParts, deployment: KubernetesObject): void {
  const owned = ownedReplicaSets(parts, deployment)
  const current = owned.find(replicaSet => isSame(ownTemplate(replicaSet), valueAt(deployment, ['spec', 'template'])))
  const latest = Math.max(0, ...owned.map(revisionOf))
  // A template that comes back takes the next revision, as after kubectl rollout undo.
  const revision = current && revisionOf(current) === latest ? latest : latest + 1
  const replicas = replicasOf(deployment)
  if (current) scale(parts, current, replicas, revision)
  else createReplicaSet(parts, deployment, replicas, revision)
  for (const old of owned) if (old !== current) scale(parts, old, 0)
  pruneHistory(parts, deployment)
  reportReady(parts, deployment, replicas, revision)
}

function ownedReplicaSets({ store, replicaSets }: DeploymentParts, deployment: KubernetesObject): KubernetesObject[] {
  return store
    .list(replicaSets, deployment.metadata.namespace)
    .filter(replicaSet => replicaSet.metadata.ownerReferences?.some(owner => owner.uid === deployment.metadata.uid))
}

function revisionOf(object: KubernetesObject): number {
  return Number(object.metadata.annotations?.[revisionKey] ?? 0)
}

function replicasOf(object: KubernetesObject): number {
  return Number(valueAt(object, ['spec', 'replicas']) ?? 1)
}

/** The template of a ReplicaSet without the label that the Deployment added. */
function ownTemplate(replicaSet: KubernetesObject): JsonValue {
  const template: JsonObject = structuredClone(objectAt(replicaSet.spec, 'template'))
  delete objectAt(objectAt(template, 'metadata'), 'labels')[hashLabel]
  return template
}

function withHash(parent: JsonObject, field: string, hash: string): JsonObject {
  return { ...parent, [field]: { ...objectAt(parent, field), [hashLabel]: hash } }
}

function createReplicaSet(
  parts: DeploymentParts,
  deployment: KubernetesObject,
  replicas: number,
  revision: number,
): void {
  const template = objectAt(deployment.spec, 'template')
  const hash = createHash('sha256').update(canonicalJson(template)).digest('hex').slice(0, 10)
  const metadata = withHash(objectAt(template, 'metadata'), 'labels', hash)
  const { name, uid, namespace } = deployment.metadata
  const body: JsonObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      labels: metadata.labels,
      annotations: revisionAnnotations(deployment, replicas, revision),
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {
      replicas,
      selector: withHash(objectAt(deployment.spec, 'selector'), 'matchLabels', hash),
      template: { ...template, metadata },
    },
  }
  const target = { type: parts.replicaSets, namespace, name: undefined, subresource: '' }
  const { object } = parts.writer.create(target, body, options)
  setReplicaSetStatus(parts, object, replicas)
}

function revisionAnnotations(deployment: KubernetesObject, replicas: number, revision: number): Record<string, string> {
  const surge = valueAt(deployment, ['spec', 'strategy', 'rollingUpdate', 'maxSurge']) ?? 0
  const extra = typeof surge === 'number' ? surge : Math.ceil((Number.parseInt(String(surge), 10) / 100) * replicas)
  return {
    'deployment.kubernetes.io/desired-replicas': String(replicas),
    'deployment.kubernetes.io/max-replicas': String(replicas + extra),
    [revisionKey]: String(revision),
  }
}

function scale(
  parts: DeploymentParts,
  replicaSet: KubernetesObject,
  replicas: number,
  revision = revisionOf(replicaSet),
): void {
  const { namespace, name, annotations } = replicaSet.metadata
  const target = { type: parts.replicaSets, namespace, name, subresource: '' }
  const patch = { metadata: { annotations: { ...annotations, [revisionKey]: String(revision) } }, spec: { replicas } }
  const { object } = parts.writer.patch(target, 'application/merge-patch+json', patch, options)
  setReplicaSetStatus(parts, object, replicas)
}

function setReplicaSetStatus(parts: DeploymentParts, replicaSet: KubernetesObject, replicas: number): void {
  const counts = { availableReplicas: replicas, fullyLabeledReplicas: replicas, readyReplicas: replicas }
  const status = {
    ...(replicas > 0 && counts),
    observedGeneration: replicaSet.metadata.generation ?? 1,
    replicas,
    terminatingReplicas: 0,
  }
  parts.writer.writeStatus(parts.replicaSets, replicaSet, { ...replicaSet, status }, manager)
}

function pruneHistory(parts: DeploymentParts, deployment: KubernetesObject): void {
  const limit = Number(valueAt(deployment, ['spec', 'revisionHistoryLimit']) ?? 10)
  const idle = ownedReplicaSets(parts, deployment).filter(replicaSet => replicasOf(replicaSet) === 0)
  const oldestFirst = idle.toSorted((a, b) => revisionOf(a) - revisionOf(b))
  for (const replicaSet of oldestFirst.slice(0, Math.max(0, idle.length - limit)))
    parts.store.remove(parts.replicaSets, replicaSet)
}

function reportReady(parts: DeploymentParts, deployment: KubernetesObject, replicas: number, revision: number): void {
  const annotations = { ...deployment.metadata.annotations, [revisionKey]: String(revision) }
  const counts = { availableReplicas: replicas, readyReplicas: replicas, replicas, updatedReplicas: replicas }
  const status: JsonObject = {
    conditions: [
      conditionOf(deployment, 'Available', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'),
      conditionOf(
        deployment,
        'Progressing',
        'NewReplicaSetAvailable',
        `Deployment "${deployment.metadata.name}" has successfully progressed.`,
      ),
    ],
    observedGeneration: deployment.metadata.generation ?? 1,
    ...(replicas > 0 && counts),
    terminatingReplicas: 0,
  }
  const next: KubernetesObject = { ...deployment, metadata: { ...deployment.metadata, annotations }, status }
  parts.writer.writeStatus(parts.deployments, deployment, next, manager)
}

function conditionOf(deployment: KubernetesObject, type: string, reason: string, message: string): JsonObject {
  const now = `${new Date().toISOString().slice(0, 19)}Z`
  const earlier = listAt(deployment.status, 'conditions').find(
    condition => isObject(condition) && condition.type === type,
  )
  const lastTransitionTime = valueAt(earlier, ['lastTransitionTime']) ?? now
  return { lastTransitionTime, lastUpdateTime: now, message, reason, status: 'True', type }
}
