import type { RepositorySynced } from '../domain/events.ts'
import { ShelflifeError } from '../errors.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { MetricsStore } from '../ports/metrics-store.ts'
import type { Store } from '../ports/store.ts'
import { readPolicies } from '../sweep/world/list-policies.ts'
import { askDue } from './ask-due.ts'
import { atMost } from './at-most.ts'
import { followObjects } from './follow-objects.ts'
import type { Leading } from './leading.ts'
import { type ListedTenants, listTenants } from './list-tenants.ts'
import { ObjectMirror } from './object-mirror.ts'
import { findUnknownUse } from './read-repositories.ts'
import {
  type ReconciledObjects,
  type RepositoryDeps,
  reconcileRepositories,
  reserveMs,
} from './reconcile-repositories.ts'
import { knownOf, reconcileRegistrySecrets } from './registry-secrets.ts'
import { lookAt, type Surroundings } from './seen-objects.ts'
import { type RecentInventories, readingOnce, type ViewStore } from './shared-reads.ts'
import { tellPush } from './tell-push.ts'
import { idOf } from './tracked-object.ts'
import type { VerifyDeps } from './verify-registry.ts'

export interface ReconcileDeps extends RepositoryDeps, VerifyDeps {
  readonly store: Store
  readonly clusterList: readonly Cluster[]
  /** What this process knows of each cluster, by its name; one that is not there is listed, and is added. */
  readonly mirrors?: Map<string, ObjectMirror>
  /** By which several processes agree who looks at each repository once an hour; absent: this one does. */
  readonly leading?: Leading
  /** What this process read of inventories for events; absent: each event reads them. */
  readonly recentInventories?: RecentInventories
  /** Where what is measured of each cluster is kept; absent: it is not. */
  readonly metrics?: Pick<MetricsStore, 'findGauge' | 'saveGauges' | 'addHeldDay'>
  /** How long a run watches each cluster; default 0: it ends as soon as what changed before is told. */
  readonly watchSeconds?: ReadonlyMap<string, number>
}

export interface ReconcileResult {
  readonly cluster: string
  readonly requested: number
  readonly written: number
  /** Images in use that their registry is about to delete by a rule of its own, each in words. */
  readonly inDanger?: readonly string[]
  /** Why the cluster could not be reconciled; the others were. */
  readonly problem?: string
  /** What could not be done for its RegistrySecrets, and is tried again in the next run. */
  readonly secretProblems?: readonly string[]
}

/**
 * Compares the objects of every cluster with what is known and writes the difference, for those of which this process has
 * not seen yet that there is none; and goes on for as long as a cluster is watched. Safe to repeat.
 */
export async function reconcileAll(deps: ReconcileDeps): Promise<ReconcileResult[]> {
  const leadsSince = await deps.leading?.leadsSince(deps.store, deps.now())
  const turns = { leadsSince, isFollowing: deps.leading !== undefined && leadsSince === undefined }
  return eachCluster(deps, async (cluster, { findInventories }) => {
    const mirror = mirrorOf(cluster, deps)
    const total = { requested: 0, written: 0, secretProblems: [] as readonly string[] }
    const dangers = new Set<string>()
    // What is read for another cluster may be older than a status that is seen here.
    let views: ViewStore = { ...deps.store, findInventories }
    const times = {
      seconds: deps.watchSeconds?.get(cluster.name) ?? 0,
      now: deps.now(),
      hasTime: () => (deps.remainingMs?.() ?? Number.POSITIVE_INFINITY) > reserveMs,
    }
    await followObjects(cluster, mirror, times, async () => {
      const {
        requested,
        written,
        problems,
        inDanger = [],
      } = await reconcileMirrored(cluster, mirror, views, { ...deps, ...turns })
      total.requested += requested
      total.written += written
      total.secretProblems = problems
      for (const danger of inDanger) dangers.add(danger)
      views = deps.store
    })
    if (deps.metrics) await mirror.gauges.save(cluster.name, mirror, { metrics: deps.metrics, now: deps.now, ...turns })
    const { secretProblems, ...done } = total
    const inDanger = dangers.size > 0 && { inDanger: [...dangers] }
    return { ...done, ...inDanger, ...(secretProblems.length > 0 && { secretProblems }) }
  })
}

function mirrorOf({ name }: Cluster, { mirrors }: ReconcileDeps): ObjectMirror {
  const mirror = mirrors?.get(name) ?? new ObjectMirror(name)
  mirrors?.set(name, mirror)
  return mirror
}

async function reconcileMirrored(
  cluster: Cluster,
  mirror: ObjectMirror,
  views: ViewStore,
  deps: ReconcileDeps & Turns,
): Promise<ReconciledObjects & { readonly problems: readonly string[] }> {
  const tenants = await listTenants(cluster, deps.rulebook)
  const around = surroundingsOf(mirror, tenants, deps)
  mirror.lookedAt = deps.now()
  const { verified } = await reconcileRegistrySecrets(cluster, mirror.secrets, tenants.tenantOf, deps)
  await atMost(patienceMs, verified)
  const seen = mirror.repositories
  const places = seen.places(around)
  // Before anything else of them is read: an event that comes later finds the way here.
  await mirror.tracking.note(places, deps)
  const ids = [...new Set(places.map(({ repository }) => repository))]
  const { measures } = mirror.gauges
  measures.keep(new Set(ids))
  const unknownIn = await findUnknownUse(ids, { ...deps, store: views })
  const { whole, due } = seen.select(around, unknownIn, deps.now())
  const { requested, others } = await askDue(due, seen, { ...deps, store: views })
  const done = await reconcileRepositories(
    cluster,
    [...whole, ...others],
    { around, unknownIn, views, seen, measures },
    deps,
  )
  return { ...done, requested: done.requested + requested, problems: await verified }
}

/** Whether the turn of each repository is for this process, and since when. */
type Turns = Pick<Surroundings, 'isFollowing' | 'leadsSince'>

const surroundingsOf = (
  mirror: Pick<ObjectMirror, 'secrets' | 'policies' | 'version'>,
  { tenantOf, version }: ListedTenants,
  { rulebook, madeBy, isFollowing, leadsSince }: Pick<ReconcileDeps, 'rulebook' | 'madeBy'> & Turns,
): Surroundings => ({
  known: knownOf(mirror.secrets),
  policies: readPolicies(mirror.policies, rulebook.limits).accepted,
  tenantOf,
  rulebook,
  version: `${mirror.version} ${version}`,
  madeBy,
  isFollowing,
  leadsSince,
})

/**
 * The same for the objects of one repository, at once after its sync; RegistrySecrets wait for the next whole run. A cluster
 * in which no run of the schedule met such an object is asked for nothing: the run that meets one looks at it.
 */
export async function reconcileRepository(
  { registry, repository, pushed }: RepositorySynced,
  allDeps: ReconcileDeps,
): Promise<ReconcileResult[]> {
  const id = `${registry}/${repository}`
  const pathsIn = Map.groupBy(await allDeps.store.listTracking(id), ({ cluster }) => cluster)
  const deps = { ...allDeps, clusterList: allDeps.clusterList.filter(({ name }) => pathsIn.has(name)) }
  return eachCluster(
    deps,
    async (cluster, views) => {
      const mirror = deps.mirrors?.get(cluster.name)
      const seen = mirror?.repositories ?? unseen
      const paths = (pathsIn.get(cluster.name) ?? []).map(({ path }) => path)
      const reconcileNow = async (store: ViewStore) => {
        const lists = paths.map(path => cluster.listObjects('Repository', { fieldSelector: `spec.repository=${path}` }))
        const objects = (await Promise.all(lists)).flat()
        if (objects.length === 0) return { requested: 0, written: 0, overtaken: 0 }
        const around = await surroundingsNow(cluster, deps)
        const wanted = lookAt(objects, around)
        const ids = new Set(wanted.flatMap(({ one }) => idOf(one) ?? []))
        const unknownIn = await findUnknownUse([...ids], { ...deps, store: withRecentInventories(store, deps) })
        const sources = { around, unknownIn, views: store, seen, measures: mirror?.gauges.measures }
        const told = pushed && (await tellPush(pushed, id, { cluster, wanted }, sources, deps))
        if (told) return told
        return reconcileRepositories(cluster, wanted, sources, deps)
      }
      let done = await reconcileNow(views)
      // Nobody else looks at it for an hour.
      for (let tried = 1; done.overtaken > 0 && tried < mostTries; tried++) done = await reconcileNow(deps.store)
      return done
    },
    cluster => deps.mirrors?.get(cluster.name)?.repositories.owe(id),
  )
}

const withRecentInventories = (store: ViewStore, { recentInventories, now }: ReconcileDeps): ViewStore => ({
  ...store,
  findInventories: clusters =>
    recentInventories?.find(clusters, store.findInventories, now()) ?? store.findInventories(clusters),
})

const unseen = { note: () => undefined, noteWritten: () => undefined }

/** As this process knows them since a moment ago, or read anew. */
async function surroundingsNow(cluster: Cluster, deps: ReconcileDeps): Promise<Surroundings> {
  const mirror = deps.mirrors?.get(cluster.name)
  const ageMs = deps.now().getTime() - (mirror?.lookedAt?.getTime() ?? Number.NEGATIVE_INFINITY)
  if (mirror && ageMs <= momentMs) return surroundingsOf(mirror, await listTenants(cluster, deps.rulebook), deps)
  const [tenants, secrets, policies] = await Promise.all([
    listTenants(cluster, deps.rulebook),
    cluster.listObjects('RegistrySecret'),
    cluster.listObjects('ImageCleanupPolicy'),
  ])
  return surroundingsOf({ secrets, policies, version: '' }, tenants, deps)
}

/** The runs of every minute keep a process as new as this; what a run sees later it tells the objects that it concerns. */
const momentMs = 90_000

/** A person who edits the same object over and over is left to the next event. */
const mostTries = 5

async function eachCluster(
  deps: ReconcileDeps,
  reconcile: (cluster: Cluster, views: ViewStore) => Promise<Omit<ReconcileResult, 'cluster' | 'problem'>>,
  onProblem: (cluster: Cluster) => void = () => undefined,
): Promise<ReconcileResult[]> {
  const views = readingOnce(deps.store)
  return Promise.all(
    deps.clusterList.map(async cluster => {
      try {
        return { cluster: cluster.name, ...(await reconcile(cluster, views)) }
      } catch (error) {
        // One cluster that does not answer must not keep the others waiting.
        if (!(error instanceof ShelflifeError)) throw error
        onProblem(cluster)
        return { cluster: cluster.name, requested: 0, written: 0, problem: error.message }
      }
    }),
  )
}

/** A credential that is verified at once serves the first sync of what was applied with it; one that stalls stops nobody (T4). */
const patienceMs = 2_000
