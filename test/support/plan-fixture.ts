import { randomUUID } from 'node:crypto'
import type { RepositorySynced } from '../../shared/domain/events.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import type { RepositoryRecord, SyncOutcome } from '../../shared/domain/records/syncs.ts'
import { takeInventory } from '../../shared/inventory/take-inventory.ts'
import type { SweepRequest } from '../../shared/ports/messaging.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { Rulebook } from '../../shared/settings.ts'
import { manualRunAnnotation } from '../../shared/sweep/plan/due-run.ts'
import { planPolicies } from '../../shared/sweep/plan/plan-policies.ts'
import { ClusterLists } from '../../shared/sweep/world/cluster-lists.ts'
import { createMemoryCluster } from './memory-cluster.ts'
import { createKillPoint, createSwitch, type KillPoint } from './memory-platform.ts'
import { at, digestOf, entryOf, imageDraft, repositoryDraft, syncDraft, tagDraft } from './records.ts'
import { rulebookWith } from './rulebook.ts'
import { noEvents } from './webhook-fixture.ts'

const host = 'registry.example.com'
const mediaType = 'application/vnd.oci.image.manifest.v1+json'
const hour = 3600

export const cleanup = { keepRecent: 1, gracePeriod: '1h', maxDeletionPercent: 100, targets: ['RegistryArtifact'] }

/** What is around every call of what the planner reaches. */
type Around = Pick<KillPoint, 'wrap'>

/** With what a sync was made, and how it ended; it succeeded if nothing else is said. */
interface Synced {
  readonly credential?: string
  readonly outcome?: Partial<SyncOutcome>
}

/**
 * What planning needs of the world: a store with synced repositories, a cluster that tracks them, a second one that has
 * nothing to say unless a test lets it, and a clock.
 */
export function createPlanFixture(store: Store, capacityBytes?: number, initial: Partial<Rulebook> = {}) {
  const cluster = createMemoryCluster(`c-${randomUUID()}`)
  const far = createMemoryCluster(`far-${randomUUID()}`)
  const clusters = [cluster, far]
  const path = `team/${randomUUID()}`
  const killSwitch = createSwitch()
  const published: RepositorySynced[] = []
  const warnings: unknown[] = []
  let seconds = 10 * hour
  let rules = initial
  let restoredAt: Date | undefined
  const now = () => at(seconds)
  const idOf = (where: string) => `${host}/${where}`
  for (const one of clusters) one.put('RegistrySecret', 'registry', { domain: host })

  /** What a sync with a credential records that ends now. */
  const synced = async (
    where = path,
    { credential = 'anonymous', outcome = {}, ...rest }: Partial<RepositoryRecord> & Synced = {},
  ) => {
    const id = idOf(where)
    const [previous, sync] = await Promise.all([store.findRepository(id), store.findSync(id, credential)])
    await store.saveRepository({ ...repositoryDraft(id), firstSyncedAt: now(), ...rest }, previous)
    const attempt = randomUUID()
    await store.saveSync(syncDraft(id, seconds, { credential, outcome: { attempt, ...outcome } }), sync)
  }
  /** An image that the registry holds since the first hour, with one tag of its name, the later in the alphabet the newer. */
  const holds = async (name: string, rest: Partial<ImageRecord> = {}, where = path) => {
    const digest = digestOf(`${where} ${name}`)
    const pushedAt = { at: at(name.charCodeAt(name.length - 1)), source: 'registry' as const }
    const change = entryOf(randomUUID(), 0, { digest })
    await store.saveImage(imageDraft(idOf(where), { digest, mediaType, pushedAt, change, ...rest }), undefined)
    const tagged = entryOf(randomUUID(), 0, { digest, action: 'tag-created', tag: name })
    await store.saveTag(tagDraft(idOf(where), { tag: name, digest, change: tagged }), undefined)
    return digest
  }
  const image = (name: string, where = path) => store.findImage(idOf(where), digestOf(`${where} ${name}`))
  const deps = (kill: Around, sent: SweepRequest[], remainingMs?: () => number) => ({
    store: kill.wrap(store),
    sweepQueue: kill.wrap({
      sendSweepRequests: async (requests: readonly SweepRequest[]) => {
        sent.push(...requests)
      },
    }),
    events: kill.wrap({
      publishEvents: async (_: string, details: readonly object[]) => {
        published.push(...(details as RepositorySynced[]))
      },
    }),
    killSwitch,
    now,
    capacityOf: () => capacityBytes,
    restoredAt,
    ...(remainingMs && { remainingMs }),
  })
  const log = {
    info: () => undefined,
    warn: (_: string, fields: unknown) => {
      warnings.push(fields)
    },
    error: () => undefined,
  }

  return {
    cluster,
    far,
    path,
    repository: idOf(path),
    killSwitch,
    published,
    warnings,
    now,
    synced,
    holds,
    image,
    pass: (by: number) => {
      seconds += by
    },
    /** What the settings say from now on. */
    deploy: (said: Partial<Rulebook>) => {
      rules = said
    },
    /** The table is one that was restored now. */
    restoreTable: () => {
      restoredAt = now()
    },
    track: (where = path, tag?: string, namespace = 'team') =>
      cluster.put(
        'Repository',
        `${where.replace('/', '-')}-${tag ?? 'whole'}`,
        { repository: where, ...(tag && { tag }), registryRef: { name: 'registry' } },
        { namespace },
      ),
    /** Created with a request to run by hand. */
    policy: (spec: object = {}, name = 'cleanup') =>
      cluster.put('ImageCleanupPolicy', name, { ...cleanup, ...spec }, { annotations: { [manualRunAnnotation]: '1' } }),
    change: (spec: object, name = 'cleanup') =>
      cluster.change('ImageCleanupPolicy', name, { spec: { ...cleanup, ...spec } }),
    annotate: (annotations: Record<string, string>) => cluster.change('ImageCleanupPolicy', 'cleanup', { annotations }),
    /** Lists the clusters and plans, as the schedules do: the requests for execution. */
    plan: async (kill: Around = createKillPoint(), remainingMs?: () => number): Promise<SweepRequest[]> => {
      const sent: SweepRequest[] = []
      for (const one of clusters) await takeInventory(one, { ...rulebookWith(rules), store, events: noEvents, now })
      const lists = new ClusterLists(
        clusters.map(one => kill.wrap(one)),
        rulebookWith(rules),
        [],
      )
      await planPolicies(lists, deps(kill, sent, remainingMs), log)
      return sent
    },
    record: (name = 'cleanup') => store.findPolicy(`${cluster.name}/team/${name}`),
    status: (name = 'cleanup') => cluster.get('ImageCleanupPolicy', name)?.status ?? {},
    condition: (type: string, name = 'cleanup') =>
      (cluster.get('ImageCleanupPolicy', name)?.status.conditions as { type: string }[] | undefined)?.find(
        one => one.type === type,
      ),
    /** Of these images those that are marked. */
    marked: async (...names: string[]) => {
      const images = await Promise.all(names.map(name => image(name)))
      return names.filter((_, index) => images[index]?.mark !== undefined)
    },
    history: async (name: string, where = path) =>
      (await store.listHistory(idOf(where), digestOf(`${where} ${name}`)))
        .filter(entry => ['marked', 'mark-lifted'].includes(entry.action))
        .map(entry => entry.action),
  }
}

export type PlanFixture = ReturnType<typeof createPlanFixture>

/** Three versions of which a policy has marked the older two. */
export async function markTwo(plan: PlanFixture, spec: object = {}): Promise<PlanFixture> {
  await plan.synced()
  for (const name of ['v1', 'v2', 'v3']) await plan.holds(name)
  plan.track()
  plan.policy(spec)
  await plan.plan()
  return plan
}
