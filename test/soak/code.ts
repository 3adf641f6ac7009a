import type { SyncRequest } from '../../shared/domain/events.ts'
import type { SyncCredential } from '../../shared/domain/sync-credential.ts'
import { takeInventory } from '../../shared/inventory/take-inventory.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { EventPublisher, SweepRequest } from '../../shared/ports/messaging.ts'
import type { RegistryReader, RegistryWriter } from '../../shared/ports/registry.ts'
import type { Store } from '../../shared/ports/store.ts'
import { executeSweep } from '../../shared/sweep/execute/execute-sweep.ts'
import { planPolicies } from '../../shared/sweep/plan/plan-policies.ts'
import { ClusterLists } from '../../shared/sweep/world/cluster-lists.ts'
import { HostWatch } from '../../shared/sync/hosts/host-watch.ts'
import { runGuarded } from '../../shared/sync/hosts/run-guarded.ts'
import { Slots } from '../../shared/sync/hosts/slots.ts'
import { parseSyncMessage } from '../../shared/sync/parse-message.ts'
import type { TaskResult } from '../../shared/sync/task-deps.ts'
import { queues } from '../../shared/wiring.ts'
import type { MemoryCluster } from '../support/memory-cluster.ts'
import type { Estate } from './estate.ts'
import type { BeforeCall, ProcessLife } from './process-life.ts'

/** One process of the product, and what it reaches. */
export interface Hands {
  readonly life: ProcessLife
  readonly estate: Estate
  readonly readerOf: (path: string, credential: SyncCredential) => RegistryReader
  /** For what is asked of a host alone. */
  readonly hostReaderOf: (registry: string) => RegistryReader
  readonly writerOf: (registry: string) => RegistryWriter
  readonly sendSweeps: (requests: readonly SweepRequest[]) => void
  readonly events: EventPublisher
  readonly note: (message: string, fields: Record<string, unknown>) => void
}

/** What happens elsewhere right before calls of a sweep. */
export interface BeforeSweep {
  readonly ofCluster: (cluster: MemoryCluster) => BeforeCall
  readonly ofRegistry: BeforeCall
}

/** The use cases of one version of the product. */
export interface Code {
  /** Handles a body of the sync queue. */
  hint(body: string, hands: Hands): Promise<void>
  sync(request: SyncRequest, hands: Hands): Promise<TaskResult['outcome']>
  inventory(cluster: MemoryCluster, hands: Hands): Promise<void>
  plan(hands: Hands): Promise<void>
  /** What it says that it did. */
  execute(request: SweepRequest, before: BeforeSweep, hands: Hands): Promise<string>
}

interface Reading {
  readonly repository?: string
  readonly credential: SyncCredential
}

const today = {
  takeInventory,
  executeSweep,
  planPolicies,
  ClusterLists,
  HostWatch,
  runGuarded,
  Slots,
  parseSyncMessage,
}

/** What a version is made of that knows grants. */
export type CodeParts = Readonly<typeof today>

export const codeOfToday = (store: Store): Code => codeOf(today, store)

/** `store` is of that version; `inItsWords` has what everything else throws be of its own classes. */
export function codeOf(
  {
    takeInventory,
    executeSweep,
    planPolicies,
    ClusterLists,
    HostWatch,
    runGuarded,
    Slots,
    parseSyncMessage,
  }: CodeParts,
  store: Store,
  inItsWords = <T extends object>(target: T): T => target,
): Code {
  const taskDeps = ({ life, estate, events, readerOf, hostReaderOf }: Hands) => ({
    store: life.wrap(store),
    hosts: new HostWatch({ store: life.wrap(store), now: estate.clock.now }),
    slots: new Slots({ store: life.wrap(store), now: estate.clock.now, slots: queues.sync.maxConcurrency }),
    holder: 'soak',
    remainingMs: () => Number.POSITIVE_INFINITY,
    // In real time, on which nothing here may depend.
    slotDelayMs: 2 ** 31 - 1,
    events: life.wrap(inItsWords(events)),
    readerFor: async (registry: string, { repository, credential }: Reading) =>
      life.wrap<RegistryReader>(
        inItsWords(repository === undefined ? hostReaderOf(registry) : readerOf(repository, credential)),
      ),
    now: estate.clock.now,
    wait: async () => undefined,
  })
  return {
    async hint(body, hands) {
      await runGuarded(
        parseSyncMessage(body, host => host),
        taskDeps(hands),
      )
    },
    async sync(request, hands) {
      return (await runGuarded({ kind: 'request', request }, taskDeps(hands))).outcome
    },
    async inventory(cluster, { life, estate, events }) {
      const deps = {
        ...estate.rulebook,
        store: life.wrap(store),
        events: life.wrap(inItsWords(events)),
        now: estate.clock.now,
      }
      await takeInventory(life.wrap<Cluster>(inItsWords(cluster)), deps)
    },
    async plan({ life, estate, events, sendSweeps, note }) {
      const clusters = estate.clusters.map(one => life.wrap<Cluster>(inItsWords(one)))
      await planPolicies(
        new ClusterLists(clusters, estate.rulebook, []),
        {
          store: life.wrap(store),
          sweepQueue: life.wrap({ sendSweepRequests: async (sent: readonly SweepRequest[]) => sendSweeps(sent) }),
          events: life.wrap(inItsWords(events)),
          killSwitch: life.wrap(inItsWords(estate.killSwitch)),
          now: estate.clock.now,
        },
        { info: note, warn: note, error: note },
      )
    },
    async execute(request, before, { life, estate, events, writerOf }) {
      const { message } = await executeSweep(request, {
        store: life.wrap(store),
        events: life.wrap(inItsWords(events)),
        clusters: estate.clusters.map(one => life.wrap<Cluster>(inItsWords(one), before.ofCluster(one))),
        awsWorkloads: [],
        writerFor: async registry => life.wrap<RegistryWriter>(inItsWords(writerOf(registry)), before.ofRegistry),
        archive: life.wrap(inItsWords(estate.archive)),
        layers: life.wrap(inItsWords(estate.layers)),
        killSwitch: life.wrap(inItsWords(estate.killSwitch)),
        rulebook: estate.rulebook,
        now: estate.clock.now,
        wait: async ms => estate.clock.pass(ms / 1000),
        // Some repositories have more, some have fewer.
        fewTags: 8,
      })
      return message
    },
  }
}
