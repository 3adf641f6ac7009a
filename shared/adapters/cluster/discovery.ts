import * as z from 'zod'
import { NotFoundError, UnavailableError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { type KindName, kindText } from './custom-kinds.ts'
import { errorOfGarbage } from './errors.ts'

/** A kind that the cluster serves, at the version that the server prefers among those that have it. */
export interface ServedKind extends KindName {
  readonly version: string
  /** `CronWorkflow` */
  readonly kind: string
}

interface Version {
  readonly version: string
  /** Kinds by resource, as far as they are known. */
  readonly kinds: ReadonlyMap<string, string>
}

const groupsPath = '/apis'
const action = 'ask which kinds are served'

/** One document of all groups where the server has it (Kubernetes 1.26), else the list of their names. */
const accept = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',')

const groups = z.union([
  z.object({ kind: z.literal('APIGroupDiscoveryList'), items: z.array(z.unknown()).nullable() }),
  z.object({ kind: z.literal('APIGroupList'), groups: z.array(z.unknown()).nullable() }),
])

const named = z.object({ metadata: z.object({ name: z.string() }) })
const group = z.object({
  versions: z.array(
    z.object({
      version: z.string().min(1),
      freshness: z.string().nullish(),
      resources: z
        .array(z.object({ resource: z.string(), responseKind: z.object({ kind: z.string() }).nullish() }))
        .nullish(),
    }),
  ),
})

const listedName = z.object({ name: z.string() })
const listedGroup = z.object({
  versions: z.array(z.object({ version: z.string().min(1) })),
  preferredVersion: z.object({ version: z.string() }).nullish(),
})
const resourceList = z.object({
  kind: z.literal('APIResourceList'),
  resources: z.array(z.object({ name: z.string(), kind: z.string() })).nullable(),
})

/**
 * Which of the kinds that are wanted the cluster serves. One call; in a cluster before Kubernetes 1.26 one more for each
 * version of a group that has any. What is odd in a group of which nothing is wanted does not matter.
 *
 * @throws UnavailableError where a group of the wanted cannot be asked, as while the server behind it is down.
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
async function discoverKinds(wanted: readonly KindName[], connection: Connection): Promise<readonly ServedKind[]> {
  const failed = { cluster: connection.cluster, action }
  const body = await connection.call({ method: 'GET', path: groupsPath, action, accept })
  const parsed = groups.safeParse(body)
  if (!parsed.success) throw errorOfGarbage(failed, 'the groups of the API', parsed.error)
  const byGroup = Map.groupBy(wanted, kind => kind.group)
  const { data } = parsed
  if (data.kind === 'APIGroupDiscoveryList')
    return (data.items ?? []).flatMap(item => {
      const name = named.safeParse(item).data?.metadata.name ?? ''
      const kinds = byGroup.get(name)
      return kinds ? servedOf(kinds, versionsOf(name, item, connection)) : []
    })
  const found: ServedKind[] = []
  for (const item of data.groups ?? []) {
    const name = listedName.safeParse(item).data?.name ?? ''
    const kinds = byGroup.get(name)
    if (kinds) found.push(...(await askGroup(name, kinds, item, connection)))
  }
  return found
}

/**
 * The same, asked once for all who ask while the answer is under way: what is installed between two inventories counts in
 * the second.
 */
export function createDiscovery(
  wanted: readonly KindName[],
  connection: Connection,
): () => Promise<readonly ServedKind[]> {
  let underWay: Promise<readonly ServedKind[]> | undefined
  return () => {
    underWay ??= discoverKinds(wanted, connection).finally(() => {
      underWay = undefined
    })
    return underWay
  }
}

/** In the order of the server's preference. */
function versionsOf(name: string, item: unknown, { cluster }: Connection): Version[] {
  const parsed = group.safeParse(item)
  if (!parsed.success) throw errorOfGarbage({ cluster, action }, `the kinds of ${name}`, parsed.error)
  return parsed.data.versions.map(({ version, freshness, resources }) => {
    // Its own server does not answer, so that what stands here may be old, or nothing.
    if (freshness === 'Stale')
      throw new UnavailableError(
        `cluster ${cluster}: ${action}: the API ${name}/${version} does not answer, see 'kubectl get apiservices'`,
        { kind: 'server' },
      )
    const kinds = (resources ?? []).map(one => [one.resource, one.responseKind?.kind || one.resource] as const)
    return { version, kinds: new Map(kinds) }
  })
}

/** Each at the first version that has it. */
const servedOf = (wanted: readonly KindName[], versions: readonly Version[]): ServedKind[] =>
  wanted.flatMap(name => {
    const found = versions.find(({ kinds }) => kinds.has(name.resource))
    const kind = found?.kinds.get(name.resource)
    return found && kind ? [{ ...name, version: found.version, kind }] : []
  })

async function askGroup(
  name: string,
  wanted: readonly KindName[],
  item: unknown,
  connection: Connection,
): Promise<ServedKind[]> {
  const failed = { cluster: connection.cluster, action }
  const parsed = listedGroup.safeParse(item)
  if (!parsed.success) throw errorOfGarbage(failed, `the versions of ${name}`, parsed.error)
  const preferred = parsed.data.preferredVersion?.version
  const versions = parsed.data.versions.map(({ version }) => version)
  const asked: Version[] = []
  for (const version of versions.toSorted((a, b) => Number(b === preferred) - Number(a === preferred))) {
    asked.push({ version, kinds: await askVersion(`${groupsPath}/${name}/${encodeURIComponent(version)}`, connection) })
    if (servedOf(wanted, asked).length === wanted.length) break
  }
  return servedOf(wanted, asked)
}

async function askVersion(path: string, connection: Connection): Promise<ReadonlyMap<string, string>> {
  try {
    const parsed = resourceList.safeParse(await connection.call({ method: 'GET', path, action }))
    if (!parsed.success)
      throw errorOfGarbage({ cluster: connection.cluster, action }, `the kinds of ${path}`, parsed.error)
    return new Map((parsed.data.resources ?? []).map(({ name, kind }) => [name, kind]))
  } catch (error) {
    // Taken away since the groups were listed.
    if (error instanceof NotFoundError) return new Map()
    throw error
  }
}

/** The collection of all namespaces, or of the cluster. */
export const servedPath = ({ group, version, resource }: ServedKind): string =>
  `${groupsPath}/${group}/${encodeURIComponent(version)}/${resource}`

/** @throws NotFoundError for a kind that the settings name and that is not served: nobody knows what it would protect. */
export function checkServed(wanted: readonly KindName[], served: readonly ServedKind[], cluster: string): void {
  const isServed = new Set(served.map(kindText))
  const missing = wanted.map(kindText).filter(text => !isServed.has(text))
  if (missing.length === 0) return
  throw new NotFoundError(
    `cluster ${cluster}: expected the kinds of clusters[].workloads to be served, got none of ${missing.join(', ')}: install it or take it out of clusters[].workloads`,
  )
}
