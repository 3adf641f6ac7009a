import * as z from 'zod'
import { noNamespace, type Workload } from '../../domain/usage.ts'
import type { Connection } from './connection.ts'
import { type KindName, kindText, knownKinds } from './custom-kinds.ts'
import { checkServed, createDiscovery, type ServedKind, servedPath } from './discovery.ts'
import type { List, ReadList } from './lists.ts'
import { imagesNamedIn } from './named-images.ts'
import { builtInGroups } from './right-text.ts'
import { sharedImages } from './shared-images.ts'

/** An Argo Workflow may have a megabyte: a page of these stays below what is read of one answer. */
const pageSize = 50

/** What it takes to know which workloads other projects' kinds are in one cluster. */
export interface CustomWorkloads {
  /** Those that the cluster serves, of the known ones and of those that the settings name. */
  listServed(): Promise<readonly ServedKind[]>
  /** True for a kind that the settings alone know: `rbac.yaml` does not grant it. */
  isNamedOnly(kind: KindName): boolean
  /** One workload per distinct object and image; a kind that is named and not served, or cannot be listed, is a throw. */
  listWorkloads(now: Date, read: ReadList): Promise<readonly Workload[]>
}

/** `named`: the kinds of `clusters[].workloads`. */
export function createCustomWorkloads(named: readonly KindName[], connection: Connection): CustomWorkloads {
  const isKnown = new Set(knownKinds.map(kindText))
  const others = distinctKinds(named).filter(kind => !isKnown.has(kindText(kind)))
  const listServed = createDiscovery([...knownKinds, ...others], connection)
  const isNamedOnly = (kind: KindName) => !isKnown.has(kindText(kind))
  return {
    listServed,
    isNamedOnly,
    listWorkloads: async (now, read) => {
      const served = await listServed()
      checkServed(named, served, connection.cluster)
      const lists = await Promise.all(served.map(kind => read(listOf(kind, isNamedOnly(kind)))))
      return lists
        .flat()
        .flatMap(({ images, ...found }) =>
          images.map((image): Workload => ({ cluster: connection.cluster, ...found, image, lastSeenAt: now })),
        )
    },
  }
}

const distinctKinds = (kinds: readonly KindName[]): KindName[] => [
  ...new Map(kinds.map(kind => [kindText(kind), kind])).values(),
]

/** Of each object the images alone are kept. */
function listOf(
  served: ServedKind,
  isNamedOnly: boolean,
): List<Omit<Workload, 'cluster' | 'image' | 'lastSeenAt'> & { readonly images: readonly string[] }> {
  const kind = shownKind(served)
  const path = servedPath(served)
  return {
    path,
    // The settings may name a kind that is listed for something else as well.
    key: `${path} by its images`,
    hasOwnVersions: isNamedOnly,
    action: `list ${served.kind} objects of all namespaces`,
    ...(isNamedOnly && {
      grant: 'which clusters[].workloads names: infra/cluster/rbac.yaml has no rule for it, add one',
    }),
    what: `${served.kind} objects`,
    pageSize,
    read: item => ({ kind, ...nameOf(item), images: sharedImages(imagesNamedIn(item)) }),
  }
}

// An object without a name that a server could keep is odd, but what it says of images counts.
const text = z.string().regex(/^[^#]+$/)
const metadata = z.object({ metadata: z.object({ name: text.catch('?'), namespace: text.catch(noNamespace) }) })

const nameOf = (item: unknown): { namespace: string; name: string } =>
  metadata.safeParse(item).data?.metadata ?? { namespace: noNamespace, name: '?' }

/** Kinds of other projects that Kubernetes has too: told apart by their group, as kubectl does. */
const ownNames = new Set(['Service', 'StatefulSet', 'DaemonSet', 'Deployment', 'Job', 'CronJob', 'Pod', 'ReplicaSet'])

const shownKind = ({ kind, group }: ServedKind): string =>
  ownNames.has(kind) && !builtInGroups.has(group) ? `${kind}.${group}` : kind
