import {
  deploymentObject,
  largeObject,
  loginSecret,
  namespaceObject,
  podObject,
  policy,
  registrySecret,
  replicaSetObject,
  replicaSetsOfDeployment,
  repositoryObject,
  workloadCounts,
} from './api-objects.ts'
import { largePath, namesOf, placeIn, retold, type World } from './world.ts'

interface ApiRequest {
  readonly method: string
  readonly cluster: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
}

/** How the world stands that changes while it is played. */
export interface Scene {
  readonly world: World
  /** The `spec` of the policy of each namespace; absent: there are no policies. */
  readonly policySpec?: object | undefined
  /** Only the first namespace of the first cluster has a policy. */
  readonly isPolicyAlone?: boolean
  /** How many Pods, from the first on, took the place of one before. */
  readonly replacedPods: number
}

interface Written {
  readonly status?: unknown
  readonly annotations?: Record<string, string>
  readonly version: number
}

type Make = (at: number) => unknown

interface List {
  readonly count: number
  readonly make: Make
}

/**
 * The API servers of all clusters. Nothing of the objects is kept but what was written to them: they are made as they are
 * asked for. What was written of the objects of the first repository until the last `retell` is told of those of all others.
 */
export class ApiServers {
  readonly #scene: () => Scene
  readonly #written = new Map<string, Written>()
  /** Pages of lists by where they were asked for, until anything changes: making them would count as waiting. */
  readonly #pages = new Map<string, string>()
  #pagesOf: readonly [Scene, number] | undefined
  #told: ReadonlyMap<string, Written> = new Map()
  #version = 1
  /** The first version from which a watch can tell what changed. */
  #retoldAt = 0
  readonly #changes: { readonly version: number; readonly cluster: string; readonly path: string }[] = []

  readonly #owners = new Map<string, string>()

  constructor(scene: () => Scene) {
    this.#scene = scene
  }

  /** Status and body of an answer. */
  answer(request: ApiRequest): readonly [number, string] {
    const { method, path, query } = request
    if (path.endsWith('/selfsubjectaccessreviews')) return [201, JSON.stringify({ status: { allowed: true } })]
    if (path === '/apis') return [200, JSON.stringify({ kind: 'APIGroupDiscoveryList', items: [] })]
    if (path.includes('/leases')) return this.#lease(request)
    if (method === 'POST') return [201, request.body]
    if (method === 'PATCH') return this.#patch(request)
    if (method !== 'GET') return [200, '{}']
    if (query.get('watch')) return this.#watch(request)
    const page = this.#page(request)
    if (page !== undefined) return [200, page]
    const found = this.#find(request)
    return found === undefined ? missing : [200, JSON.stringify(found)]
  }

  /** Whose a cluster is: whoever noted it first. */
  #lease({ method, cluster, body }: ApiRequest): readonly [number, string] {
    if (method === 'POST') this.#owners.set(cluster, body)
    const owner = this.#owners.get(cluster)
    return owner === undefined ? missing : [method === 'POST' ? 201 : 200, owner]
  }

  retell(): void {
    this.#told = new Map([...this.#written].filter(([uid]) => placeIn(uid) === 0))
    this.#version += 1
    this.#retoldAt = this.#version
    this.#changes.length = 0
  }

  /** What was written since. It ends at once: how long a watch is held is no matter of what it tells. */
  #watch(request: ApiRequest): readonly [number, string] {
    const { cluster, path, query } = request
    const from = Number(query.get('resourceVersion'))
    if (from < this.#retoldAt) return [410, JSON.stringify({ kind: 'Status', reason: 'Expired', code: 410 })]
    const kind = path.split('/').at(-1)
    const changed = this.#changes.filter(
      one => one.version > from && one.cluster === cluster && one.path.split('/').at(-2) === kind,
    )
    const events = changed.map(one => ({ type: 'MODIFIED', object: this.#find({ ...request, path: one.path }) }))
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#version) } } }
    return [200, [...events, bookmark].map(event => `${JSON.stringify(event)}\n`).join('')]
  }

  #page(request: ApiRequest): string | undefined {
    const scene = this.#scene()
    if (this.#pagesOf?.[0] !== scene || this.#pagesOf[1] !== this.#version) this.#pages.clear()
    this.#pagesOf = [scene, this.#version]
    const where = `${request.cluster}${request.path}?${request.query}`
    const known = this.#pages.get(where)
    if (known !== undefined) return known
    const list = this.#list(request)
    if (!list) return undefined
    const page = pageOf(list.count, list.make, request.query, this.#version)
    if (this.#pages.size < 1000) this.#pages.set(where, page)
    return page
  }

  #list(request: ApiRequest): List | undefined {
    const { cluster, path } = request
    const scene = this.#scene()
    const clusterPlace = Number(cluster.slice(-2))
    const teams = teamsOf(clusterPlace, scene.world)
    const kind = path.split('/').at(-1) ?? ''
    if (kind === 'repositories') return this.#repositories(request, clusterPlace)
    if (kind === 'registrysecrets')
      return { count: teams.length, make: at => this.#stated(registrySecret(cluster, teams[at] ?? '')) }
    if (kind === 'imagecleanuppolicies') {
      const make = (at: number) => this.#stated(policy(cluster, teams[at] ?? '', scene.policySpec ?? {}))
      return { count: policiesOf(scene, clusterPlace, teams.length), make }
    }
    if (kind === 'namespaces') return { count: teams.length, make: at => namespaceObject(teams[at] ?? '') }
    return workloadsOf(kind, clusterPlace, scene)
  }

  /** After those of the world, in the first cluster, the one of the large repository. */
  #repositories({ query }: ApiRequest, clusterPlace: number): List {
    const { world } = this.#scene()
    const { objectsEach, large } = world
    const selected = query.get('fieldSelector')?.replace('spec.repository=', '')
    const places =
      selected === undefined
        ? placesOf(world.repositories, clusterPlace, world)
        : selectedOf(selected, clusterPlace, world)
    const own = places.count * objectsEach
    const hasLarge = large !== undefined && clusterPlace === 0 && (selected ?? largePath) === largePath
    const make = (at: number) => {
      const place = placeAt(places, Math.floor(at / objectsEach))
      return this.#stated(at === own ? largeObject() : repositoryObject(place, at % objectsEach, world))
    }
    return { count: own + Number(hasLarge), make }
  }

  #find({ cluster, path }: ApiRequest): unknown {
    const { world, policySpec } = this.#scene()
    const [kind, name = ''] = path.split('/').slice(-2)
    const team = /\/namespaces\/([^/]+)/.exec(path)?.[1] ?? ''
    if (kind === 'secrets') return name === 'login' ? loginSecret(team) : undefined
    if (kind === 'namespaces') return namespaceObject(name)
    if (kind === 'registrysecrets') return this.#stated(registrySecret(cluster, team))
    if (kind === 'imagecleanuppolicies') return policySpec && this.#stated(policy(cluster, team, policySpec))
    if (kind === 'repositories' && name === 'large') return this.#stated(largeObject())
    const place = placeIn(name)
    if (kind !== 'repositories' || place === undefined) return undefined
    return this.#stated(repositoryObject(place, Number(name.split('-').at(-1)), world))
  }

  #patch(request: ApiRequest): readonly [number, string] {
    const isStatus = request.path.endsWith('/status')
    const path = isStatus ? request.path.slice(0, -'/status'.length) : request.path
    const found = this.#find({ ...request, path }) as ReturnType<typeof registrySecret> | undefined
    if (!found) return missing
    const { status, metadata } = JSON.parse(request.body) as Partial<Written> & { metadata?: Written }
    const before = this.#written.get(found.metadata.uid)
    this.#version += 1
    this.#changes.push({ version: this.#version, cluster: request.cluster, path })
    this.#written.set(found.metadata.uid, {
      ...before,
      version: this.#version,
      ...(isStatus ? { status } : { annotations: { ...before?.annotations, ...metadata?.annotations } }),
    })
    return [200, JSON.stringify(this.#stated(found))]
  }

  /** With what was written of it, or of the like of the first repository. */
  #stated(object: ReturnType<typeof registrySecret>): unknown {
    const { uid } = object.metadata
    const place = placeIn(uid)
    const own = this.#written.get(uid)
    const { world } = this.#scene()
    const first = own || place === undefined ? undefined : this.#told.get(retold(uid, place, 0, world))
    const told = first && place !== undefined ? JSON.parse(retold(JSON.stringify(first), 0, place, world)) : undefined
    const { status, annotations, version = 1 }: Partial<Written> = own ?? told ?? {}
    return {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version), ...(annotations && { annotations }) },
      ...(status !== undefined && { status }),
    }
  }
}

function policiesOf({ policySpec, isPolicyAlone }: Scene, clusterPlace: number, teams: number): number {
  if (!policySpec) return 0
  return isPolicyAlone ? Number(clusterPlace === 0) : teams
}

const missing = [
  404,
  JSON.stringify({ kind: 'Status', reason: 'NotFound', code: 404, details: { name: 'x' } }),
] as const

/** Of Events and nodes none is told: what they cost is at most a write a cluster in five minutes. */
const otherKinds = /^(events|nodes|statefulsets|daemonsets|controllerrevisions|replicationcontrollers|jobs|cronjobs)$/

function workloadsOf(kind: string, clusterPlace: number, { world, replacedPods }: Scene): List | undefined {
  const counts = workloadCounts(Math.floor(world.pods / world.clusters))
  const spread = (at: number) => at * world.clusters + clusterPlace
  if (kind === 'pods')
    return { count: counts.pods, make: at => podObject(spread(at), spread(at) < replacedPods ? 1 : 0, world) }
  if (kind === 'deployments') return { count: counts.deployments, make: at => deploymentObject(spread(at), world) }
  if (kind === 'replicasets') {
    const make = (at: number) => replicaSetObject(spread(Math.floor(at / replicaSetsOfDeployment)), at, world)
    return { count: counts.replicasets, make }
  }
  return otherKinds.test(kind) ? { count: 0, make: () => undefined } : undefined
}

/** Every so-manieth repository, from a first one on. */
interface Places {
  readonly first: number
  readonly step: number
  readonly count: number
}

const placeAt = ({ first, step }: Places, at: number): number => first + at * step

const placesOf = (repositories: number, clusterPlace: number, { clusters }: World): Places => ({
  first: clusterPlace,
  step: clusters,
  count: Math.max(0, Math.ceil((repositories - clusterPlace) / clusters)),
})

/** The one that a field selector names, where this cluster has it. */
function selectedOf(path: string, clusterPlace: number, world: World): Places {
  const place = placeIn(path)
  const isHere = place !== undefined && place % world.clusters === clusterPlace && namesOf(place, world).path === path
  return { first: place ?? 0, step: 1, count: isHere ? 1 : 0 }
}

/** The namespaces of a cluster, each once. */
function teamsOf(clusterPlace: number, world: World): string[] {
  const places = placesOf(world.repositories, clusterPlace, world)
  const teams = new Set<string>()
  // After so many they are the same again.
  for (let at = 0; at < Math.min(places.count, world.teams); at++) teams.add(namesOf(placeAt(places, at), world).team)
  return [...teams]
}

function pageOf(count: number, make: Make, query: URLSearchParams, version: number): string {
  const from = Number(query.get('continue') ?? 0)
  const to = Math.min(count, from + Number(query.get('limit') ?? count))
  const items = Array.from({ length: to - from }, (_, at) => JSON.stringify(make(from + at)))
  const next = to < count ? `,"continue":"${to}"` : ''
  return `{"kind":"List","metadata":{"resourceVersion":"${version}"${next}},"items":[${items.join(',')}]}`
}
