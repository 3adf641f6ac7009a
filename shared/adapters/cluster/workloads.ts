import type * as z from 'zod'
import type { Workload } from '../../domain/usage.ts'
import { NotFoundError } from '../../errors.ts'
import type { CustomWorkloads } from './custom-workloads.ts'
import type { List, ReadList } from './lists.ts'
import { imagesOfPodSpec, imagesOfPodStatus, imagesOfRevision, oldRevisions } from './workload-images.ts'
import {
  type CronJobObject,
  cronJobObject,
  type PodObject,
  podObject,
  type RevisionObject,
  revisionObject,
  type TemplatedObject,
  templatedObject,
} from './workload-objects.ts'

/** The images of one workload, before the cluster and the time are added. */
interface Found {
  readonly namespace: string
  readonly name: string
  readonly images: readonly string[]
  readonly rollback?: boolean
}

interface Source {
  readonly kind: string
  /** True for a kind that a cluster may leave out; any other that it does not serve is an error. */
  readonly optional?: boolean
  readonly find: (read: ReadList) => Promise<readonly Found[]>
}

/** What of each object is kept, and what all of them together name. */
function source<T>(
  [kind, path]: readonly [string, string],
  schema: z.ZodType<T>,
  found: (objects: readonly T[]) => Found[],
  rest: Pick<Source, 'optional'> = {},
): Source {
  // An object that cannot be read may name any image, so the list fails with it.
  const read = (item: unknown) => schema.parse(item)
  const list: List<T> = { path, action: `list ${kind} objects of all namespaces`, what: `${kind} objects`, read }
  return { kind, ...rest, find: async readList => found(await readList(list)) }
}

const optional = { optional: true }
const sources: readonly Source[] = [
  source(['Pod', '/api/v1/pods'], podObject, readPods),
  source(['Deployment', '/apis/apps/v1/deployments'], templatedObject, readTemplated),
  source(['StatefulSet', '/apis/apps/v1/statefulsets'], templatedObject, readTemplated),
  source(['DaemonSet', '/apis/apps/v1/daemonsets'], templatedObject, readTemplated),
  source(['ReplicaSet', '/apis/apps/v1/replicasets'], templatedObject, readReplicaSets),
  source(['ControllerRevision', '/apis/apps/v1/controllerrevisions'], revisionObject, readRevisions, optional),
  source(['ReplicationController', '/api/v1/replicationcontrollers'], templatedObject, readTemplated, optional),
  source(['Job', '/apis/batch/v1/jobs'], templatedObject, readTemplated),
  source(['CronJob', '/apis/batch/v1/cronjobs'], cronJobObject, readCronJobs),
]

/** One workload per distinct kind, namespace, name and image of the whole cluster; any list that fails is a throw. */
export async function listWorkloads(
  cluster: string,
  now: Date,
  custom: CustomWorkloads,
  read: ReadList,
): Promise<readonly Workload[]> {
  const [own, others] = await Promise.all([
    Promise.all(sources.map(one => listSource(one, cluster, now, read))),
    custom.listWorkloads(now, read),
  ])
  return [...own.flat(), ...others]
}

async function listSource({ kind, optional, find }: Source, cluster: string, now: Date, read: ReadList) {
  const objects = await find(read).catch(error => {
    if (optional && error instanceof NotFoundError) return []
    throw error
  })
  return objects.flatMap(({ namespace, name, images, rollback }) =>
    images.map(
      (image): Workload => ({ cluster, kind, namespace, name, image, lastSeenAt: now, ...(rollback && { rollback }) }),
    ),
  )
}

function readPods(pods: readonly PodObject[]): Found[] {
  return pods.map(({ metadata, spec, status }) => ({
    ...metadata,
    images: [...new Set([...imagesOfPodSpec(spec), ...imagesOfPodStatus(spec, status)])],
  }))
}

function readTemplated(objects: readonly TemplatedObject[]): Found[] {
  return objects.map(({ metadata, spec }) => ({
    ...metadata,
    images: imagesOfPodSpec(spec.template?.spec),
  }))
}

function readReplicaSets(sets: readonly TemplatedObject[]): Found[] {
  return sets.map(({ metadata, spec, status }) => ({
    ...metadata,
    images: imagesOfPodSpec(spec.template?.spec),
    rollback: spec.replicas === 0 && (status?.replicas ?? 0) === 0,
  }))
}

function readRevisions(revisions: readonly RevisionObject[]): Found[] {
  const old = oldRevisions(revisions)
  return revisions.map(revision => ({
    ...revision.metadata,
    images: imagesOfRevision(revision),
    rollback: old.has(revision),
  }))
}

function readCronJobs(jobs: readonly CronJobObject[]): Found[] {
  return jobs.map(({ metadata, spec }) => ({
    ...metadata,
    images: imagesOfPodSpec(spec.jobTemplate.spec.template?.spec),
  }))
}
