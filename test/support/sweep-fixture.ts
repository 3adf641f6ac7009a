import { parseManifest } from '../../shared/adapters/registry/manifest.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { takeInventories } from '../../shared/inventory/take-inventory.ts'
import type { SweepRequest } from '../../shared/ports/messaging.ts'
import type { RegistryArchive, RegistryCredential, RegistryWriter } from '../../shared/ports/registry.ts'
import type { WorkloadSource } from '../../shared/ports/workload-source.ts'
import type { Rulebook } from '../../shared/settings.ts'
import { executeRequest } from '../../shared/sweep/execute/execute-request.ts'
import type { ExecuteDeps } from '../../shared/sweep/execute/execute-sweep.ts'
import { manualRunAnnotation } from '../../shared/sweep/plan/due-run.ts'
import { planPolicies } from '../../shared/sweep/plan/plan-policies.ts'
import { ClusterLists } from '../../shared/sweep/world/cluster-lists.ts'
import { runTask } from '../../shared/sync/run-task.ts'
import type { Loopback } from './loopback.ts'
import { createMemoryCluster, type MemoryCluster } from './memory-cluster.ts'
import {
  createKillPoint,
  createMemoryArchive,
  createMemoryLayers,
  createMoments,
  createSwitch,
  type KillPoint,
} from './memory-platform.ts'
import { readTag } from './readable.ts'
import { at } from './records.ts'
import { rulebookWith } from './rulebook.ts'
import { noEvents } from './webhook-fixture.ts'

export const policySpec = {
  keepRecent: 1,
  gracePeriod: '1m',
  maxDeletionPercent: 100,
  targets: ['RegistryArtifact', 'Configuration'],
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

let freshClusters = 0
/** A cluster of its own name, so that no policy of another test has the id of this one's. */
const freshCluster = () => {
  freshClusters += 1
  return createMemoryCluster(`eu-own-${freshClusters}`)
}

/** One repository in a registry, one cluster that tracks it, and a policy; the clock goes on when the test says. */
export function createSweepFixture(
  world: Pick<Loopback, 'host' | 'store' | 'reader' | 'writer' | 'push' | 'freshPath'>,
  clusters: MemoryCluster[] = [freshCluster()],
  awsWorkloads: readonly WorkloadSource[] = [],
  initial: Partial<Rulebook> = {},
  /** In a repository of more tags they go before the digests; default as in the product. */
  parts: Pick<ExecuteDeps, 'fewTags'> = {},
) {
  const path = world.freshPath()
  const repository = `${world.host}/${path}`
  const archive = createMemoryArchive()
  const layers = createMemoryLayers(() => now())
  const killSwitch = createSwitch()
  const moments = createMoments()
  const [cluster] = clusters as [MemoryCluster]
  let seconds = 0
  let attempts = 0
  const now = () => at(seconds)
  let rules = initial
  /** The logins that writers were asked for with; undefined for the installation's own. */
  const logins: (RegistryCredential | undefined)[] = []
  for (const one of clusters) one.put('RegistrySecret', 'registry', { domain: world.host })

  const sync = () => {
    attempts += 1
    return runTask(
      {
        kind: 'request',
        request: {
          registry: world.host,
          repository: path,
          credential: 'anonymous',
          timeoutMs: 5000,
          trigger: 'Scheduled',
          attempt: String(attempts),
        },
      },
      { store: world.store, events: noEvents, readerFor: async () => world.reader, now },
    )
  }
  const inventories = async () => {
    for (const one of [...clusters, ...awsWorkloads])
      await takeInventories(one, { ...rulebookWith(rules), store: world.store, events: noEvents, now })
  }
  const plan = async (kill: KillPoint = createKillPoint()): Promise<SweepRequest[]> => {
    const sent: SweepRequest[] = []
    const sweepQueue = kill.wrap({
      sendSweepRequests: async (requests: readonly SweepRequest[]) => {
        sent.push(...requests)
      },
    })
    const lists = new ClusterLists(
      clusters.map(one => kill.wrap(one)),
      rulebookWith(rules),
      awsWorkloads,
    )
    await planPolicies(
      lists,
      {
        store: kill.wrap(world.store),
        sweepQueue,
        events: noEvents,
        killSwitch,
        now,
      },
      silent,
    )
    return sent
  }
  const execute = (
    request: SweepRequest,
    kill: KillPoint = createKillPoint(),
    rest: Partial<Pick<ExecuteDeps, 'events' | 'remainingMs' | 'deadline' | 'wait' | 'pause' | 'fewTags'>> = {},
  ) => {
    const wrap = <T extends object>(target: T): T => moments.wrap(kill.wrap(target))
    return executeRequest(request, {
      parseManifest,
      store: wrap(world.store),
      events: wrap(noEvents),
      clusters: clusters.map(wrap),
      awsWorkloads: awsWorkloads.map(wrap),
      writerFor: async (_, options) => {
        logins.push(options?.credential)
        return wrap(archivedFirst(world.writer))
      },
      archive: wrap(archive),
      layers: wrap(layers),
      killSwitch,
      rulebook: rulebookWith(rules),
      now,
      pause: async () => undefined,
      fewTags: parts.fewTags,
      ...rest,
    })
  }
  const archivedFirst = (writer: RegistryWriter): RegistryWriter => {
    const check = (digest: Digest) => {
      if (!archive.entries.has(digest)) throw new Error(`${digest} was not archived before its delete`)
    }
    return {
      ...writer,
      deleteTag: async (where, tag, digest, choice) => {
        check(digest)
        return writer.deleteTag(where, tag, digest, choice)
      },
      ...(writer.untag && {
        untag: async (where: string, tag: string, digest: Digest) => {
          check(digest)
          return writer.untag?.(where, tag, digest) ?? { outcome: 'unsupported' }
        },
      }),
      deleteManifest: async (where, digest) => {
        check(digest)
        return writer.deleteManifest(where, digest)
      },
      ...(writer.archive && { archive: keptFirst(writer.archive) }),
    }
  }

  const keptFirst = (own: RegistryArchive): RegistryArchive => ({
    ...own,
    archiveManifest: async (where, digest) => {
      if (!archive.entries.has(digest)) throw new Error(`${digest} was not kept before it went into the archive`)
      return own.archiveManifest(where, digest)
    },
  })

  return {
    path,
    repository,
    cluster,
    archive,
    layers,
    killSwitch,
    moments,
    logins,
    rulebook: () => rulebookWith(rules),
    /** What the settings say from now on. */
    deploy: (said: Partial<Rulebook>) => {
      rules = said
    },
    now,
    sync,
    plan,
    execute,
    inventories,
    pass: (by: number) => {
      seconds += by
    },
    /** Pushes, and lets an hour pass in which it is seen. */
    release: async (tag: string, rest: { seed?: string; platforms?: string[] } = {}) => {
      const image = await world.push({ repository: path, tag, ...rest })
      await sync()
      seconds += 3600
      return image
    },
    trackWhole: () => cluster.put('Repository', 'whole', { repository: path, registryRef: { name: 'registry' } }),
    track: (tag: string) =>
      cluster.put('Repository', `app-${tag}`, { repository: path, tag, registryRef: { name: 'registry' } }),
    policy: (spec: object = {}) =>
      cluster.put(
        'ImageCleanupPolicy',
        'cleanup',
        { ...policySpec, ...spec },
        { annotations: { [manualRunAnnotation]: '1' } },
      ),
    /** What the schedules and the queue do in `rounds` of two minutes. Executions that are due run at once. */
    sweep: async (rounds = 4) => {
      for (let round = 0; round < rounds; round++) {
        seconds += 120
        await inventories()
        for (const request of await plan()) await execute(request)
      }
    },
    /** Everything to be deleted is marked, its grace is over, and the request to delete it is on its way. */
    ripen: async (): Promise<SweepRequest> => {
      for (let round = 0; round < 2; round++) {
        seconds += 120
        await inventories()
        const [request] = await plan()
        if (request) return request
      }
      throw new Error('expected a request after the grace')
    },
    /** Tags that the registry lists, in order. */
    listTags: async () => (await world.reader.listRepository(path)).tags.map(({ tag }) => tag).sort(),
    status: () => cluster.get('ImageCleanupPolicy', 'cleanup')?.status,
    rerun: (value: string) =>
      cluster.change('ImageCleanupPolicy', 'cleanup', { annotations: { [manualRunAnnotation]: value } }),
    /** The digest that the registry gives for a tag now. */
    tag: (tag: string) => readTag(world.reader, path, tag),
    holds: async (digest: Digest) => (await world.reader.findManifest(path, digest)) !== undefined,
    image: (digest: Digest) => world.store.findImage(repository, digest),
  }
}

export type SweepFixture = ReturnType<typeof createSweepFixture>
