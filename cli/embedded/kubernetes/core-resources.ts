import { coreColumns } from './core-columns.ts'
import { coreAdmission, coreDefaults } from './core-defaults.ts'
import { coreShape } from './core-shape.ts'
import { validateWorkload } from './core-validation.ts'
import type { JsonObject } from './kubernetes-object.ts'
import { validateMetadata } from './object-metadata.ts'
import type { ResourceType } from './resource-type.ts'

type Row = Pick<ResourceType, 'group' | 'plural' | 'kind'> &
  Partial<
    Pick<ResourceType, 'namespaced' | 'shortNames' | 'categories' | 'hasGeneration' | 'hasStatus' | 'selectableFields'>
  >

const eventFields = [
  ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    field => `involvedObject.${field}`,
  ),
  'reason',
  'reportingComponent',
  'source',
  'type',
]

const podFields = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'status.phase',
  'status.podIP',
]

const withSpec = { hasGeneration: true, hasStatus: true }

const rows: Row[] = [
  { group: '', plural: 'events', kind: 'Event', shortNames: ['ev'], selectableFields: eventFields },
  {
    group: '',
    plural: 'namespaces',
    kind: 'Namespace',
    shortNames: ['ns'],
    namespaced: false,
    hasStatus: true,
    selectableFields: ['status.phase'],
  },
  { group: '', plural: 'nodes', kind: 'Node', shortNames: ['no'], namespaced: false, hasStatus: true },
  { group: '', plural: 'pods', kind: 'Pod', shortNames: ['po'], selectableFields: podFields, ...withSpec },
  {
    group: '',
    plural: 'services',
    kind: 'Service',
    shortNames: ['svc'],
    categories: ['all'],
    hasStatus: true,
    selectableFields: ['spec.clusterIP', 'spec.type'],
  },
  { group: '', plural: 'secrets', kind: 'Secret', selectableFields: ['type'] },
  { group: '', plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] },
  { group: '', plural: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'] },
  { group: '', plural: 'replicationcontrollers', kind: 'ReplicationController', shortNames: ['rc'], ...withSpec },
  { group: 'apps', plural: 'controllerrevisions', kind: 'ControllerRevision' },
  { group: 'apps', plural: 'daemonsets', kind: 'DaemonSet', shortNames: ['ds'], ...withSpec },
  { group: 'apps', plural: 'deployments', kind: 'Deployment', shortNames: ['deploy'], ...withSpec },
  { group: 'apps', plural: 'replicasets', kind: 'ReplicaSet', shortNames: ['rs'], ...withSpec },
  { group: 'apps', plural: 'statefulsets', kind: 'StatefulSet', shortNames: ['sts'], ...withSpec },
  { group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease' },
  { group: 'batch', plural: 'cronjobs', kind: 'CronJob', shortNames: ['cj'], ...withSpec },
  { group: 'batch', plural: 'jobs', kind: 'Job', ...withSpec },
]

/** The kinds of Kubernetes itself that the pipeline reads, and those that usual manifests have beside them. Their fields are kept as they come. */
export const coreResources: readonly ResourceType[] = rows.map(resourceTypeOf)

function resourceTypeOf(row: Row): ResourceType {
  const isWorkload = row.hasGeneration === true
  return {
    version: 'v1',
    singular: row.kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: isWorkload ? ['all'] : [],
    hasGeneration: false,
    hasStatus: false,
    selectableFields: [],
    isCustom: false,
    columns: coreColumns[row.plural] ?? [],
    shape: coreShape(row.kind),
    openApiSchema: openApiSchema(isWorkload),
    unknownFields: () => [],
    typeErrors: () => [],
    admit: coreAdmission[row.plural] ?? (() => {}),
    count: () => {},
    complete: coreDefaults[row.plural] ?? (() => {}),
    validate: (object, old) => [...validateMetadata(object.metadata, row.kind), ...validateWorkload(object, old)],
    ...row,
  }
}

function openApiSchema(hasSpec: boolean): JsonObject {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return { ...anything, ...(hasSpec && { properties: { spec: anything, status: anything } }) }
}
