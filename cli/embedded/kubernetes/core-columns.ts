import { ageOf, humanDuration } from './age.ts'
import {
  isObject,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
  listAt,
  objectAt,
  valueAt,
} from './kubernetes-object.ts'
import { age, type Cell, column, name, wide } from './printer-column.ts'
import type { PrinterColumn } from './resource-type.ts'
import { serviceColumns } from './service-columns.ts'

function integer(name: string, path: string): PrinterColumn {
  return column(name, object => valueAt(object, path.split('.')) ?? 0, { type: 'integer' })
}

/** A text that the printer shows as `<none>` where it is missing. */
function text(name: string, path: string, options: { priority?: number } = {}): PrinterColumn {
  return column(name, object => valueAt(object, path.split('.')) ?? '<none>', options)
}

function templateOf(object: KubernetesObject): JsonValue | undefined {
  const path =
    object.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : ['spec', 'template', 'spec']
  return valueAt(object, path)
}

function containerColumn(title: string, field: string): PrinterColumn {
  return column(
    title,
    object =>
      listAt(templateOf(object), 'containers')
        .map(item => valueAt(item, [field]))
        .join(','),
    wide,
  )
}

const containers = [containerColumn('Containers', 'name'), containerColumn('Images', 'image')]

const selector = column(
  'Selector',
  object => {
    const path = object.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'selector'] : ['spec', 'selector']
    return selectorText(valueAt(object, path))
  },
  wide,
)

function selectorText(value: JsonValue | undefined): string {
  const labels = Object.entries(objectAt(value, 'matchLabels')).map(([key, label]) => `${key}=${label}`)
  return labels.sort().join(',') || '<none>'
}

function readyOf(object: KubernetesObject): string {
  return `${valueAt(object, ['status', 'readyReplicas']) ?? 0}/${valueAt(object, ['spec', 'replicas']) ?? 0}`
}

function podReady(object: KubernetesObject): string {
  const ready = listAt(object.status, 'containerStatuses').filter(status => valueAt(status, ['ready']) === true)
  return `${ready.length}/${listAt(object.spec, 'containers').length}`
}

function podStatus(object: KubernetesObject): string {
  const reasons = listAt(object.status, 'containerStatuses').flatMap(status => {
    const state = objectAt(status, 'state')
    return valueAt(state, ['waiting', 'reason']) ?? valueAt(state, ['terminated', 'reason']) ?? []
  })
  return String(reasons.at(-1) ?? valueAt(object, ['status', 'reason']) ?? valueAt(object, ['status', 'phase']) ?? '')
}

function podRestarts(object: KubernetesObject): string {
  const counts = listAt(object.status, 'containerStatuses').map(status =>
    Number(valueAt(status, ['restartCount']) ?? 0),
  )
  return String(counts.reduce((sum, count) => sum + count, 0))
}

function jobStatus(object: KubernetesObject): string {
  const holds = (type: string) =>
    listAt(object.status, 'conditions').some(
      condition => isObject(condition) && condition.type === type && condition.status === 'True',
    )
  return ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running'
}

function jobDuration(object: KubernetesObject, now: Date): string {
  const start = Date.parse(String(valueAt(object, ['status', 'startTime'])))
  const end = Date.parse(String(valueAt(object, ['status', 'completionTime'])))
  if (Number.isNaN(start)) return ''
  return humanDuration((Number.isNaN(end) ? now.getTime() : end) - start)
}

function nodeSelector(object: KubernetesObject): string {
  const labels = objectAt(templateOf(object), 'nodeSelector')
  return (
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(',') || '<none>'
  )
}

function eventAge(field: string, fallback: string): Cell {
  return (object, now) => ageOf(object[field] ?? object[fallback] ?? object.eventTime, now) ?? '<unknown>'
}

function eventObject(object: KubernetesObject): string {
  const involved = objectAt(object, 'involvedObject')
  return `${String(involved.kind ?? '').toLowerCase()}/${involved.name ?? ''}`
}

function eventSource(object: KubernetesObject): string {
  const { component, host }: JsonObject = objectAt(object, 'source')
  return [component ?? object.reportingComponent ?? '', host].filter(Boolean).join(', ')
}

function eventText(title: string, path: string, options: { priority?: number } = {}): PrinterColumn {
  return column(title, object => String(valueAt(object, path.split('.')) ?? '').trim(), options)
}

const keysOf = (object: KubernetesObject, field: string): number => Object.keys(objectAt(object, field)).length

/** The columns that `kubectl get` shows of each core kind, by its plural. */
export const coreColumns: Record<string, PrinterColumn[]> = {
  namespaces: [name, text('Status', 'status.phase'), age],
  controllerrevisions: [name, age],
  services: serviceColumns,
  configmaps: [name, column('Data', object => keysOf(object, 'data') + keysOf(object, 'binaryData')), age],
  serviceaccounts: [name, column('Secrets', object => listAt(object, 'secrets').length), age],
  secrets: [name, text('Type', 'type'), column('Data', object => keysOf(object, 'data')), age],
  pods: [
    name,
    column('Ready', podReady),
    column('Status', podStatus),
    column('Restarts', podRestarts),
    age,
    text('IP', 'status.podIP', wide),
    text('Node', 'spec.nodeName', wide),
    text('Nominated Node', 'status.nominatedNodeName', wide),
    column('Readiness Gates', () => '<none>', wide),
  ],
  events: [
    column('Last Seen', eventAge('lastTimestamp', 'firstTimestamp')),
    eventText('Type', 'type'),
    eventText('Reason', 'reason'),
    column('Object', eventObject),
    eventText('Subobject', 'involvedObject.fieldPath', wide),
    column('Source', eventSource, wide),
    eventText('Message', 'message'),
    column('First Seen', eventAge('firstTimestamp', 'lastTimestamp'), wide),
    column('Count', object => object.count ?? 1, wide),
    column('Name', object => object.metadata.name, { priority: 1, format: 'name' }),
  ],
  deployments: [
    name,
    column('Ready', readyOf),
    column('Up-to-date', object => valueAt(object, ['status', 'updatedReplicas']) ?? 0),
    column('Available', object => valueAt(object, ['status', 'availableReplicas']) ?? 0),
    age,
    ...containers,
    selector,
  ],
  replicasets: [
    name,
    integer('Desired', 'spec.replicas'),
    integer('Current', 'status.replicas'),
    integer('Ready', 'status.readyReplicas'),
    age,
    ...containers,
    selector,
  ],
  leases: [name, text('Holder', 'spec.holderIdentity'), age],
  statefulsets: [name, column('Ready', readyOf), age, ...containers],
  daemonsets: [
    name,
    integer('Desired', 'status.desiredNumberScheduled'),
    integer('Current', 'status.currentNumberScheduled'),
    integer('Ready', 'status.numberReady'),
    integer('Up-to-date', 'status.updatedNumberScheduled'),
    integer('Available', 'status.numberAvailable'),
    column('Node Selector', nodeSelector),
    age,
    ...containers,
    selector,
  ],
  jobs: [
    name,
    column('Status', jobStatus),
    column(
      'Completions',
      object => `${valueAt(object, ['status', 'succeeded']) ?? 0}/${valueAt(object, ['spec', 'completions']) ?? 1}`,
    ),
    column('Duration', jobDuration),
    age,
    ...containers,
    selector,
  ],
  cronjobs: [
    name,
    text('Schedule', 'spec.schedule'),
    text('Timezone', 'spec.timeZone'),
    column('Suspend', object => (valueAt(object, ['spec', 'suspend']) ? 'True' : 'False'), { type: 'boolean' }),
    column('Active', object => listAt(object.status, 'active').length, { type: 'integer' }),
    column('Last Schedule', (object, now) => ageOf(valueAt(object, ['status', 'lastScheduleTime']), now) ?? '<none>'),
    age,
    ...containers,
    selector,
  ],
}
