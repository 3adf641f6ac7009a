import type { JsonObject } from './kubernetes-object.ts'
import { apiPathOf, apiVersionOf, type ResourceType } from './resource-type.ts'

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const statusVerbs = ['get', 'patch', 'update']

/** The groups and versions that are served, each with its kinds. */
export function groupVersionsOf(types: readonly ResourceType[]): Map<string, ResourceType[]> {
  const sorted = types.toSorted((a, b) => (a.plural < b.plural ? -1 : 1))
  return Map.groupBy(sorted, apiPathOf)
}

/** True where the client understands the one-document discovery of kubectl 1.26 and newer. */
export function wantsAggregated(accept: string): boolean {
  return accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2;')
}

export const aggregatedMediaType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Every group of `/api` (the core group) or of `/apis` (the others), with its resources. */
export function aggregatedDiscovery(types: readonly ResourceType[], isCore: boolean): JsonObject {
  const groups = Map.groupBy(
    types.filter(type => (type.group === '') === isCore),
    type => type.group,
  )
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [...groups].map(([group, members]) => ({
      metadata: group ? { name: group, creationTimestamp: null } : { creationTimestamp: null },
      versions: [
        { version: members[0]?.version ?? 'v1', freshness: 'Current', resources: members.map(discoveredResource) },
      ],
    })),
  }
}

function discoveredResource(type: ResourceType): JsonObject {
  const responseKind = { group: type.group, version: type.version, kind: type.kind }
  return {
    resource: type.plural,
    responseKind,
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs,
    ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
    ...(type.categories.length > 0 && { categories: type.categories }),
    ...(type.hasStatus && { subresources: [{ subresource: 'status', responseKind, verbs: statusVerbs }] }),
  }
}

export function coreVersions(): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
}

export function groupList(types: readonly ResourceType[]): JsonObject {
  const groups = Map.groupBy(
    types.filter(type => type.group),
    type => type.group,
  )
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...groups].map(([name, members]) => groupOf(name, members)),
  }
}

export function groupOf(name: string, members: readonly ResourceType[]): JsonObject {
  const version = members[0]?.version ?? 'v1'
  const groupVersion = { groupVersion: `${name}/${version}`, version }
  return { kind: 'APIGroup', apiVersion: 'v1', name, versions: [groupVersion], preferredVersion: groupVersion }
}

export function resourceList(members: readonly ResourceType[]): JsonObject {
  const [first] = members
  const resources = members.flatMap(type => [
    {
      name: type.plural,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs,
      ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
      ...(type.categories.length > 0 && { categories: type.categories }),
    },
    ...(type.hasStatus
      ? [
          {
            name: `${type.plural}/status`,
            singularName: '',
            namespaced: type.namespaced,
            kind: type.kind,
            verbs: statusVerbs,
          },
        ]
      : []),
  ])
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: first ? apiVersionOf(first) : 'v1', resources }
}

/** The release whose answers this server gives. */
export const serverVersion: JsonObject = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'embedded',
}
