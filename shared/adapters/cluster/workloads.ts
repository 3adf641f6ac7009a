import pMap from 'p-map'
import type { z } from 'zod'
import type { Workload } from '../../domain/usage.ts'
import { NotFoundError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import type { CustomWorkloads } from './custom-workloads.ts'
import { errorOfGarbage } from './errors.ts'
import { listAll } from './paging.ts'
import { imagesOfPodSpec, imagesOfPodStatus, imagesOfRevision, oldRevisions } from './workload-images.ts'
import { cronJobObject, podObject, revisionObject, templatedObject } from './workload-objects.ts'

/** Each is a list of the whole cluster, so few are asked for at once. */
const kindsAtOnce = 4

/** The images of one workload, before the cluster and the time are added. */
interface Found {
  readonly namespace: string
  readonly name: string
  readonly images: readonly string[]
  readonly rollback?: boolean
}

interface Source {
  readonly kind: string
  readonly path: string
  /** True for a kind that a cluster may leave out; any other that it does not serve is an error. */
  readonly optional?: boolean
  readonly read: (items: readonly unknown[]) => Found[]
}

const sources: readonly Source[] = [
  { kind: 'Pod', path: '/api/v1/pods', read: readPods },
  { kind: 'Deployment', path: '/apis/apps/v1/deployments', read: readTemplated },
  { kind: 'StatefulSet', path: '/apis/apps/v1/statefulsets', read: readTemplated },
  { kind: 'DaemonSet', path: '/apis/apps/v1/daemonsets', read: readTemplated },
  { kind: 'ReplicaSet', path: '/apis/apps/v1/replicasets', read: readReplicaSets },
  { kind: 'ControllerRevision', path: '/apis/apps/v1/controllerrevisions', read: readRevisions, optional: true },
  { kind: 'ReplicationController', path: '/api/v1/replicationcontrollers', read: readTemplated, optional: true },
  { kind: 'Job', path: '/apis/batch/v1/jobs', read: readTemplated },
  { kind: 'CronJob', path: '/apis/batch/v1/cronjobs', read: readCronJobs },
]

/** One workload per distinct kind, namespace, name and image of the whole cluster; any list that fails is a throw. */
export async function listWorkloads(
  now: Date,
  custom: CustomWorkloads,
  connection: Connection,
): Promise<readonly Workload[]> {
  const [own, others] = await Promise.all([
    pMap(sources, source => listSource(source, now, connection), { concurrency: kindsAtOnce }),
    custom.listWorkloads(now),
  ])
  return [...own.flat(), ...others]
}

async function listSource(source: Source, now: Date, connection: Connection): Promise<Workload[]> {
  const action = `list ${source.kind} objects of all namespaces`
  const items = await listAll({ path: source.path, action }, connection).catch(error => {
    if (source.optional && error instanceof NotFoundError) return []
    throw error
  })
  return readSource(source, items, action, connection).flatMap(({ namespace, name, images, rollback }) =>
    images.map(image => ({
      cluster: connection.cluster,
      kind: source.kind,
      namespace,
      name,
      image,
      lastSeenAt: now,
      ...(rollback && { rollback }),
    })),
  )
}

// An object that cannot be read may name any image, so the list fails with it.
function readSource(source: Source, items: readonly unknown[], action: string, connection: Connection): Found[] {
  try {
    return source.read(items)
  } catch (error) {
    throw errorOfGarbage({ cluster: connection.cluster, action }, `${source.kind} objects`, error)
  }
}

const parseAll = <T>(schema: z.ZodType<T>, items: readonly unknown[]): T[] => items.map(item => schema.parse(item))

function readPods(items: readonly unknown[]): Found[] {
  return parseAll(podObject, items).map(({ metadata, spec, status }) => ({
    ...metadata,
    images: [...new Set([...imagesOfPodSpec(spec), ...imagesOfPodStatus(spec, status)])],
  }))
}

function readTemplated(items: readonly unknown[]): Found[] {
  return parseAll(templatedObject, items).map(({ metadata, spec }) => ({
    ...metadata,
    images: imagesOfPodSpec(spec.template?.spec),
  }))
}

function readReplicaSets(items: readonly unknown[]): Found[] {
  return parseAll(templatedObject, items).map(({ metadata, spec, status }) => ({
    ...metadata,
    images: imagesOfPodSpec(spec.template?.spec),
    rollback: spec.replicas === 0 && (status?.replicas ?? 0) === 0,
  }))
}

function readRevisions(items: readonly unknown[]): Found[] {
  const revisions = parseAll(revisionObject, items)
  const old = oldRevisions(revisions)
  return revisions.map(revision => ({
    ...revision.metadata,
    images: imagesOfRevision(revision),
    rollback: old.has(revision),
  }))
}

function readCronJobs(items: readonly unknown[]): Found[] {
  return parseAll(cronJobObject, items).map(({ metadata, spec }) => ({
    ...metadata,
    images: imagesOfPodSpec(spec.jobTemplate.spec.template?.spec),
  }))
}
