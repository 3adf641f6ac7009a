import type * as z from 'zod'
import type { Workload } from '../../domain/usage.ts'
import { NotFoundError } from '../../errors.ts'
import type { CustomWorkloads } from './custom-workloads.ts'
import type { List, ReadList } from './lists.ts'
import { sharedImages } from './shared-images.ts'
import {
  imagesIfNotPresent,
  imagesOfPodSpec,
  imagesOfPodStatus,
  imagesOfRevision,
  isOwned,
  oldRevisions,
} from './workload-images.ts'
import {
  type CronJobObject,
  cronJobObject,
  type PodObject,
  type PodSpecObject,
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
  /** Of the images those that a node pulls only where it has none. */
  readonly ifNotPresent?: readonly string[]
}

interface Source {
  readonly kind: string
  /** True for a kind that a cluster may leave out; any other that it does not serve is an error. */
  readonly optional?: boolean
  readonly find: (read: ReadList) => Promise<readonly Found[]>
}

/** `keep`: what of each object is kept, and nothing more; `found`: what all of them together name, by default each its images. */
function source<T, K extends Found>(
  [kind, path]: readonly [string, string],
  schema: z.ZodType<T>,
  keep: (object: T) => K,
  { found, ...rest }: Pick<Source, 'optional'> & { readonly found?: (kept: readonly K[]) => Found[] } = {},
): Source {
  // An object that cannot be read may name any image, so the list fails with it.
  const read = (item: unknown): K => {
    const kept = keep(schema.parse(item))
    const { ifNotPresent } = kept
    return {
      ...kept,
      images: sharedImages(kept.images),
      ...(ifNotPresent && { ifNotPresent: sharedImages(ifNotPresent) }),
    }
  }
  const list: List<K> = { path, action: `list ${kind} objects of all namespaces`, what: `${kind} objects`, read }
  return { kind, ...rest, find: async readList => (found ? found(await readList(list)) : readList(list)) }
}

const optional = true
const sources: readonly Source[] = [
  source(['Pod', '/api/v1/pods'], podObject, readPod),
  source(['Deployment', '/apis/apps/v1/deployments'], templatedObject, readTemplated),
  source(['StatefulSet', '/apis/apps/v1/statefulsets'], templatedObject, readTemplated),
  source(['DaemonSet', '/apis/apps/v1/daemonsets'], templatedObject, readTemplated),
  source(['ReplicaSet', '/apis/apps/v1/replicasets'], templatedObject, readReplicaSet),
  source(['ControllerRevision', '/apis/apps/v1/controllerrevisions'], revisionObject, readRevision, {
    optional,
    found: markOld,
  }),
  source(['ReplicationController', '/api/v1/replicationcontrollers'], templatedObject, readTemplated, { optional }),
  source(['Job', '/apis/batch/v1/jobs'], templatedObject, readJob),
  source(['CronJob', '/apis/batch/v1/cronjobs'], cronJobObject, readCronJob),
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
  return objects.flatMap(({ namespace, name, images, rollback, ifNotPresent }) =>
    images.map(
      (image): Workload => ({
        ...{ cluster, kind, namespace, name, image, lastSeenAt: now },
        ...(rollback && { rollback }),
        ...(ifNotPresent?.includes(image) && { ifNotPresent: true }),
      }),
    ),
  )
}

const nameOf = ({ metadata: { namespace, name } }: Pick<PodObject, 'metadata'>) => ({ namespace, name })

function foundOf(object: Pick<PodObject, 'metadata'>, spec: PodSpecObject | null | undefined): Found {
  const ifNotPresent = imagesIfNotPresent(spec)
  return { ...nameOf(object), images: imagesOfPodSpec(spec), ...(ifNotPresent.length > 0 && { ifNotPresent }) }
}

/** How its images are pulled its owner says, where it has one: of thousands that come and go nothing more is to be noted. */
function madeBy({ metadata }: Pick<PodObject, 'metadata'>, { ifNotPresent, ...found }: Found): Found {
  return isOwned(metadata) || ifNotPresent === undefined ? found : { ...found, ifNotPresent }
}

function readPod(pod: PodObject): Found {
  const { spec, status } = pod
  const found = madeBy(pod, foundOf(pod, spec))
  return { ...found, images: [...new Set([...found.images, ...imagesOfPodStatus(spec, status)])] }
}

function readTemplated(object: TemplatedObject): Found {
  return foundOf(object, object.spec.template?.spec)
}

function readJob(job: TemplatedObject): Found {
  return madeBy(job, readTemplated(job))
}

function readReplicaSet(set: TemplatedObject): Found {
  return { ...madeBy(set, readTemplated(set)), rollback: set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0 }
}

/** With what tells which of all of them are old. */
function readRevision(object: RevisionObject) {
  const { metadata, revision } = object
  return { ...nameOf(object), metadata, revision, images: imagesOfRevision(object) }
}

function markOld(revisions: readonly ReturnType<typeof readRevision>[]): Found[] {
  const old = oldRevisions(revisions)
  return revisions.map(revision => ({ ...revision, rollback: old.has(revision) }))
}

function readCronJob(job: CronJobObject): Found {
  return foundOf(job, job.spec.jobTemplate.spec.template?.spec)
}
