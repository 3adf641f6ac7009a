import {
  isSame,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
  listAt,
  objectAt,
  valueAt,
} from './kubernetes-object.ts'
import { invalidValue, requiredValue, type StatusCause } from './status-error.ts'

const selecting = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'])

/** The mistakes in a workload that a user of the documented commands can make; not the whole of the real validation. */
export function validateWorkload(object: KubernetesObject, old: KubernetesObject | undefined): StatusCause[] {
  const path = podSpecPath(object.kind)
  if (!path) return []
  const podSpec = valueAt(object, path)
  return [
    ...(selecting.has(object.kind) ? selectorCauses(object, old) : []),
    ...containerCauses(podSpec, 'containers', path.join('.')),
    ...containerCauses(podSpec, 'initContainers', path.join('.')),
  ]
}

function podSpecPath(kind: string): string[] | undefined {
  if (kind === 'Pod') return ['spec']
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec']
  return selecting.has(kind) || kind === 'Job' ? ['spec', 'template', 'spec'] : undefined
}

function selectorCauses(object: KubernetesObject, old: KubernetesObject | undefined): StatusCause[] {
  const selector = valueAt(object, ['spec', 'selector'])
  const labels = objectAt(valueAt(object, ['spec', 'template', 'metadata']), 'labels')
  const changed = old && !isSame(selector, valueAt(old, ['spec', 'selector']))
  const shown = Object.keys(labels).length > 0 ? labels : null
  return [
    ...(selector === undefined ? [requiredValue('spec.selector')] : []),
    ...(selector !== undefined && selects(selector, labels)
      ? []
      : [invalidValue('spec.template.metadata.labels', '`selector` does not match template `labels`', shown)]),
    ...(changed ? [invalidValue('spec.selector', 'field is immutable', selector)] : []),
  ]
}

function selects(selector: JsonValue, labels: JsonObject): boolean {
  return Object.entries(objectAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value)
}

function containerCauses(podSpec: JsonValue | undefined, field: string, path: string): StatusCause[] {
  const containers = listAt(podSpec, field)
  if (containers.length === 0) return field === 'containers' ? [requiredValue(`${path}.containers`)] : []
  const seen = new Set<string>()
  return containers.flatMap((container, index) => {
    const place = `${path}.${field}[${index}]`
    const name = String(valueAt(container, ['name']) ?? '')
    const isRepeated = seen.has(name)
    seen.add(name)
    return [
      ...(name ? [] : [requiredValue(`${place}.name`)]),
      ...(isRepeated
        ? [{ reason: 'FieldValueDuplicate', field: `${place}.name`, message: `Duplicate value: "${name}"` }]
        : []),
      ...(valueAt(container, ['image']) ? [] : [requiredValue(`${place}.image`)]),
    ]
  })
}
