import { randomBytes } from 'node:crypto'
import { type KubernetesObject, PatchStrategy } from '@kubernetes/client-node'
import { waitUntil } from '../real/parts/wait-until.ts'
import type { ObjectWithStatus, Scene, World } from './world.ts'

const apiVersion = 'image.theriseunion.io/v1alpha1'

export type Status = Record<string, unknown> & {
  conditions?: { type: string; status: string; reason: string; message: string }[]
}

/** A namespace, a RegistrySecret `registry` in it, and the path of a repository that nobody else uses. */
export async function newScene(world: World, name: string): Promise<Scene> {
  const namespace = `${name}-${randomBytes(3).toString('hex')}`
  await world.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await create(world, 'RegistrySecret', namespace, 'registry', { domain: world.registryHost, provider: 'other' })
  return { world, namespace, repository: `scenarios/${namespace}` }
}

const create = (world: World, kind: string, namespace: string, name: string, spec: object, annotations = {}) =>
  world.client.create({ apiVersion, kind, metadata: { namespace, name, annotations }, spec } as KubernetesObject)

/** Tracks one tag, under the tag's own name where no other is given, or the whole repository under the name `whole`. */
export const track = ({ world, namespace, repository }: Scene, tag?: string, name = tag ?? 'whole') =>
  create(world, 'Repository', namespace, name, {
    repository,
    ...(tag && { tag }),
    registryRef: { name: 'registry' },
    syncInterval: '24h',
  })

/** A policy that runs at once, may delete everything, and waits for one second between mark and deletion. */
export const sweep = ({ world, namespace }: Scene, name: string, spec: object) =>
  create(
    world,
    'ImageCleanupPolicy',
    namespace,
    name,
    { gracePeriod: '1s', maxDeletionPercent: 100, targets: ['Configuration', 'RegistryArtifact'], ...spec },
    { 'theriseunion.io/manual-run': 'first' },
  )

/** A Deployment with one container; without replicas it is there, and runs nothing. */
export const deploy = (
  { world, namespace }: Scene,
  name: string,
  image: string,
  replicas = 1,
  volumes: readonly object[] = [],
) =>
  world.client.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }], volumes } },
    },
  } as KubernetesObject)

export const annotate = (
  { world, namespace }: Scene,
  kind: string,
  name: string,
  annotations: Record<string, string>,
) => merge(world, { apiVersion, kind, metadata: { namespace, name, annotations } })

export const merge = (world: World, object: KubernetesObject) =>
  world.client.patch(
    object,
    undefined,
    undefined,
    undefined,
    undefined,
    object.kind === 'Deployment' ? PatchStrategy.StrategicMergePatch : PatchStrategy.MergePatch,
  )

export const read = ({ world, namespace }: Scene, kind: string, name: string): Promise<ObjectWithStatus> =>
  world.client.read({ apiVersion, kind, metadata: { namespace, name } })

/** The names of the objects of a kind in the scene's namespace. */
export async function namesOf({ world, namespace }: Scene, kind: string): Promise<string[]> {
  const { items } = await world.client.list(apiVersion, kind, namespace)
  return items.flatMap(item => item.metadata?.name ?? []).sort()
}

/** The status of a Repository object as soon as it says what is expected. */
export const statusOf = (
  scene: Scene,
  name: string,
  what: string,
  isThere: (status: Status) => boolean,
): Promise<Status> => waitForStatus(scene, 'Repository', name, what, isThere)

export async function waitForStatus(
  scene: Scene,
  kind: string,
  name: string,
  what: string,
  isThere: (status: Status) => boolean,
  deadlineMs = 60_000,
  nudge: () => Promise<void> = async () => undefined,
): Promise<Status> {
  let last: unknown
  try {
    return await waitUntil(
      async () => {
        await nudge()
        const status = (await read(scene, kind, name)).status as Status | undefined
        last = status
        return status && isThere(status) ? status : undefined
      },
      { what: `${kind} ${name} to show ${what}`, deadlineMs },
    )
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}; its status: ${JSON.stringify(last)}`)
  }
}

export const synced = (scene: Scene, name: string): Promise<Status> =>
  statusOf(scene, name, 'a successful sync', status => status.syncStatus === 'Success')

export const conditionOf = (status: Status, type: string) =>
  status.conditions?.find(condition => condition.type === type)
