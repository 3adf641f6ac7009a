import { missingGrantText } from '../../shared/domain/grants/missing-grant.ts'
import { findGrant, listGrants, type Tenant } from '../../shared/domain/grants/rights.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { type KnownRegistrySecret, serves } from '../../shared/objects/lending.ts'
import { namesCredential } from '../../shared/objects/resolve-registry.ts'
import { ClusterLists, type ClusterTracking } from '../../shared/sweep/world/cluster-lists.ts'
import { chooseClusters } from '../connect/choose-clusters.ts'
import type { Installation } from '../connect/installation.ts'

export interface RightsAsked {
  readonly namespace: string
  /** With or without a host. */
  readonly path?: string
  readonly cluster?: string
}

/** What a namespace may do in one cluster. */
export interface NamespaceRights {
  readonly cluster: string
  readonly namespace: string
  /**
   * False where the cluster has no namespace of that name: what holds for it by its name alone is shown all the same.
   */
  readonly exists: boolean
  readonly registries: readonly RegistryRights[]
}

export interface RegistryRights {
  readonly registry: string
  /** The lines of its grants that are of this namespace, with their paths as they are for it. */
  readonly grants: readonly {
    readonly line: string
    readonly repositories: readonly string[]
    readonly may: string[]
  }[]
  /** Where a path was asked about. */
  readonly path?: PathRights
}

export interface PathRights {
  readonly repository: string
  /** What its objects can read with: each by the RegistrySecret that they name. */
  readonly readsWith: readonly string[]
  /** What would let it read with the installation's credential, where there is one and no grant. */
  readonly readMissing?: string
  /** What its policies delete with; absent where they may not. */
  readonly deletesWith?: string
  readonly deleteMissing?: string
  /** The namespaces of this cluster whose objects have standing there, with the line that gives it. */
  readonly standing: readonly { readonly namespace: string; readonly line: string }[]
}

type Reads = Pick<Installation, 'connectClusters' | 'rulebook' | 'settings'>

/** @throws InvalidInputError for a cluster that is not configured, and a path below a host that the settings do not name */
export async function findRights(
  asked: RightsAsked,
  { connectClusters, rulebook, settings }: Reads,
): Promise<readonly NamespaceRights[]> {
  const clusters = chooseClusters(asked.cluster, await connectClusters())
  const lists = new ClusterLists(clusters, rulebook, [])
  const hosts = settings.registries.map(({ host }) => host)
  const { registries, path } = placeOf(asked.path, hosts, rulebook.canonicalHost)
  const found: NamespaceRights[] = []
  for (const cluster of clusters) {
    const tracking = await lists.findTracked(cluster)
    const failure = lists.unread.get(cluster.name)
    if (tracking === undefined) throw failure ?? new InvalidInputError(`cluster ${cluster.name} cannot be read`)
    const known = tracking.namespaces.find(one => one.name === asked.namespace)
    const tenant = { cluster: cluster.name, name: asked.namespace, labels: known?.labels ?? {} }
    const look: Look = { tenant, tracking, rulebook }
    found.push({
      cluster: cluster.name,
      namespace: asked.namespace,
      exists: known !== undefined,
      registries: registries.map(registry => registryRights(registry, path, look)),
    })
  }
  return found
}

/** A first part with a dot or a port is a host, as in image names. */
function placeOf(text: string | undefined, hosts: readonly string[], canonicalHost: (host: string) => string) {
  if (text === undefined) return { registries: hosts, path: undefined }
  const [first = '', ...rest] = text.split('/')
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  if (!isHost) return { registries: hosts, path: text }
  const host = canonicalHost(first)
  if (!hosts.includes(host))
    throw new InvalidInputError(
      `expected a registry of the settings, got ${quoted(first)}; known are ${hosts.join(', ') || 'none'}`,
    )
  return { registries: [host], path: rest.join('/') }
}

interface Look {
  readonly tenant: Tenant
  readonly tracking: ClusterTracking
  readonly rulebook: Reads['rulebook']
}

function registryRights(registry: string, path: string | undefined, look: Look): RegistryRights {
  const grants = listGrants(look.rulebook.grantsOf(registry), look.tenant).map(({ place, repositories, may }) => ({
    line: lineText(place),
    repositories,
    may: [...may],
  }))
  return { registry, grants, ...(path !== undefined && { path: pathRights(registry, path, look) }) }
}

function pathRights(registry: string, spelled: string, { tenant, tracking, rulebook }: Look): PathRights {
  const path = rulebook.canonicalPath(registry, spelled)
  const repository = `${registry}/${path}`
  const grants = rulebook.grantsOf(registry)
  const read = findGrant(grants, tenant, path, 'read')
  const own = rulebook.ownCredentialOf(registry)
  const right = tracking.tenants.deleteRight({ cluster: tenant.cluster, namespace: tenant.name }, repository)
  const secrets = tracking.secrets.filter(
    one => rulebook.canonicalHost(one.spec.domain) === registry && serves(one, tenant.name, path, 'read'),
  )
  return {
    repository,
    readsWith: [
      ...secrets
        .filter(({ spec }) => namesCredential(spec))
        .map(one => `the credential of RegistrySecret ${nameOf(one)}`),
      ...(own !== undefined && read ? [`the installation's credential, by ${lineText(read.place)}`] : []),
      ...(own === 'role' ? [] : ['no credential, where the registry lets anybody read']),
    ],
    ...(own !== undefined && !read && { readMissing: missingGrantText(registry, tenant, path, 'read') }),
    ...(right && {
      deletesWith:
        right.by === 'grant'
          ? `the installation's credential, by ${lineText(right.line.place)}`
          : `the deleteSecretRef of RegistrySecret ${nameOf(right.lender)}`,
    }),
    ...(!right && { deleteMissing: missingGrantText(registry, tenant, path, 'delete') }),
    standing: tracking.namespaces.flatMap(({ name, labels }) => {
      const line = findGrant(grants, { cluster: tenant.cluster, name, labels }, path, 'read')
      return line ? [{ namespace: name, line: lineText(line.place) }] : []
    }),
  }
}

const nameOf = ({ object: { metadata } }: KnownRegistrySecret): string => `${metadata.namespace}/${metadata.name}`

const lineText = (place: number | undefined): string =>
  place === undefined ? "grants: 'everyone'" : `grants[${place}]`
