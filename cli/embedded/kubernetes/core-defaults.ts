import { isObject, type JsonObject, type JsonValue, listAt, objectAt } from './kubernetes-object.ts'

/** Fills, in place, what the real server fills into an object of a core kind that leaves it out. */
export type Defaulting = (object: JsonObject) => void

function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [field, value] of Object.entries(defaults)) {
    if (target[field] === undefined || target[field] === null) target[field] = structuredClone(value)
  }
}

/** The object at a field, which is made where it is missing. */
function made(parent: JsonObject, field: string): JsonObject {
  const value = parent[field]
  if (isObject(value)) return value
  const fresh: JsonObject = {}
  parent[field] = fresh
  return fresh
}

function fillContainer(container: JsonValue): void {
  if (!isObject(container)) return
  fill(container, {
    imagePullPolicy: pullPolicyOf(String(container.image ?? '')),
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  })
  for (const port of listAt(container, 'ports')) if (isObject(port)) fill(port, { protocol: 'TCP' })
}

function pullPolicyOf(image: string): string {
  const lastPart = image.slice(image.lastIndexOf('/') + 1)
  if (lastPart.includes('@')) return 'IfNotPresent'
  return !lastPart.includes(':') || lastPart.endsWith(':latest') ? 'Always' : 'IfNotPresent'
}

function fillPodSpec(spec: JsonObject): void {
  for (const field of ['containers', 'initContainers', 'ephemeralContainers'])
    listAt(spec, field).forEach(fillContainer)
  fill(spec, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  })
}

function fillTemplate(spec: JsonObject): void {
  const template = made(spec, 'template')
  // Go clients write the empty time of a template as null; kept, it would look like another template.
  const metadata = made(template, 'metadata')
  if (metadata.creationTimestamp === null) delete metadata.creationTimestamp
  fillPodSpec(made(template, 'spec'))
}

function fillRollingUpdate(strategy: JsonObject, defaults: JsonObject): void {
  fill(strategy, { type: 'RollingUpdate' })
  if (strategy.type === 'RollingUpdate') fill(made(strategy, 'rollingUpdate'), defaults)
}

function tolerationOf(key: string): JsonObject {
  return { effect: 'NoExecute', key, operator: 'Exists', tolerationSeconds: 300 }
}

function fillPod(object: JsonObject): void {
  const spec = made(object, 'spec')
  fillPodSpec(spec)
  fill(spec, { enableServiceLinks: true })
}

function admitPod(object: JsonObject): void {
  fill(made(object, 'spec'), {
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    tolerations: [tolerationOf('node.kubernetes.io/not-ready'), tolerationOf('node.kubernetes.io/unreachable')],
  })
  fill(made(object, 'status'), { phase: 'Pending', qosClass: 'BestEffort' })
}

function fillDeployment(object: JsonObject): void {
  const spec = made(object, 'spec')
  fill(spec, { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10 })
  fillRollingUpdate(made(spec, 'strategy'), { maxSurge: '25%', maxUnavailable: '25%' })
  fillTemplate(spec)
  made(object, 'status')
}

function fillReplicaSet(object: JsonObject): void {
  const spec = made(object, 'spec')
  fill(spec, { replicas: 1 })
  fillTemplate(spec)
  fill(made(object, 'status'), { replicas: 0 })
}

function fillStatefulSet(object: JsonObject): void {
  const spec = made(object, 'spec')
  fill(spec, {
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
  })
  fillRollingUpdate(made(spec, 'updateStrategy'), { partition: 0 })
  fillTemplate(spec)
  fill(made(object, 'status'), { availableReplicas: 0, replicas: 0 })
}

function fillDaemonSet(object: JsonObject): void {
  const spec = made(object, 'spec')
  fill(spec, { revisionHistoryLimit: 10 })
  fillRollingUpdate(made(spec, 'updateStrategy'), { maxSurge: 0, maxUnavailable: 1 })
  fillTemplate(spec)
  const status = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 }
  fill(made(object, 'status'), status)
}

function fillJob(object: JsonObject): void {
  const spec = made(object, 'spec')
  const metadata = made(object, 'metadata')
  const name = String(metadata.name)
  const uid = String(metadata.uid)
  fill(spec, { backoffLimit: 6, completionMode: 'NonIndexed', completions: 1, manualSelector: false, parallelism: 1 })
  fill(spec, { podReplacementPolicy: 'TerminatingOrFailed', suspend: false })
  fill(spec, { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } } })
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  fillTemplate(spec)
  fill(made(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels'), labels)
  fill(made(metadata, 'labels'), labels)
  made(object, 'status')
}

function fillCronJob(object: JsonObject): void {
  const spec = made(object, 'spec')
  fill(spec, { concurrencyPolicy: 'Allow', failedJobsHistoryLimit: 1, successfulJobsHistoryLimit: 3, suspend: false })
  const template = made(spec, 'jobTemplate')
  made(template, 'metadata')
  fillTemplate(made(template, 'spec'))
  made(object, 'status')
}

function fillSecret(object: JsonObject): void {
  fill(object, { type: 'Opaque' })
  if (!isObject(object.stringData)) return
  const data = made(object, 'data')
  for (const [key, value] of Object.entries(object.stringData))
    data[key] = Buffer.from(String(value)).toString('base64')
  delete object.stringData
}

/** No address of the cluster: there is no network behind it, and `kubectl get` shows none. */
function fillService(object: JsonObject): void {
  const spec = made(object, 'spec')
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  if (spec.type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' })
  if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true })
  const isReachedFromOutside = spec.type === 'LoadBalancer' || spec.type === 'NodePort'
  if (isReachedFromOutside || (spec.type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0))
    fill(spec, { externalTrafficPolicy: 'Cluster' })
  for (const port of listAt(spec, 'ports'))
    if (isObject(port)) fill(port, { protocol: 'TCP', targetPort: port.port ?? 0 })
  fill(made(object, 'status'), { loadBalancer: {} })
}

function fillNamespace(object: JsonObject): void {
  const metadata = made(object, 'metadata')
  made(metadata, 'labels')['kubernetes.io/metadata.name'] = String(metadata.name)
}

function admitNamespace(object: JsonObject): void {
  fill(made(object, 'spec'), { finalizers: ['kubernetes'] })
  fill(made(object, 'status'), { phase: 'Active' })
}

// Times that Go writes as null and texts that it writes as empty, because the type of an Event leaves nothing out.
function admitEvent(object: JsonObject): void {
  for (const field of ['eventTime', 'firstTimestamp', 'lastTimestamp']) object[field] ??= null
  fill(object, { reportingComponent: '', reportingInstance: '', source: {} })
}

/** Defaulting of each core kind, by its plural. */
export const coreDefaults: Record<string, Defaulting> = {
  namespaces: fillNamespace,
  secrets: fillSecret,
  services: fillService,
  pods: fillPod,
  deployments: fillDeployment,
  replicasets: fillReplicaSet,
  statefulsets: fillStatefulSet,
  daemonsets: fillDaemonSet,
  jobs: fillJob,
  cronjobs: fillCronJob,
}

/** What the server decides when an object of a core kind is created, by its plural. */
export const coreAdmission: Record<string, Defaulting> = {
  namespaces: admitNamespace,
  events: admitEvent,
  pods: admitPod,
}
