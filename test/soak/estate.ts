import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Sealer, SecretStore } from '../../shared/ports/platform.ts'
import type { RegistryWriter } from '../../shared/ports/registry.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { Rulebook } from '../../shared/settings.ts'
import { startInProcessStore } from '../support/in-process-store.ts'
import { createMemoryCluster, type MemoryCluster } from '../support/memory-cluster.ts'
import {
  createMemoryArchive,
  createMemoryLayers,
  createMemorySealer,
  createSwitch,
  type MemoryArchive,
  type MemoryLayers,
} from '../support/memory-platform.ts'
import { secretsOf } from '../support/webhook-fixture.ts'
import type { Guard, RegistryKind, SoakRegistry } from './soak-registry.ts'
import { startSoakRegistry } from './start-registry.ts'
import { soakRules } from './tenants.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Serves a few of the repositories. */
export const stallingHost = 'stalling.example.com'

/** The real parts under the product, in one process: the store, a registry, clusters that lie in memory. */
export interface Estate {
  readonly clock: VirtualClock
  readonly store: Store
  /** The same table, as the code of an earlier version sees it where one is played. */
  readonly oldStore: Store
  readonly registry: SoakRegistry
  readonly writer: RegistryWriter
  /** The same registry under the name of the host that stalls at times. */
  readonly stallingWriter: RegistryWriter
  /** The first holds the objects and policies; the others only run things. */
  readonly clusters: readonly [MemoryCluster, ...MemoryCluster[]]
  readonly archive: MemoryArchive
  readonly layers: MemoryLayers
  readonly killSwitch: ReturnType<typeof createSwitch>
  readonly secrets: SecretStore
  /** Seals the copies of credentials. */
  readonly sealer: Sealer
  /** What the product reads of the settings. */
  rulebook: Rulebook
  guard: Guard
  close(): Promise<void>
}

export async function startEstate(
  clock: VirtualClock,
  kind: RegistryKind = 'plain',
  earlier?: { storeOf(client: DynamoDBClient, tableName: string): Store },
): Promise<Estate> {
  const hold: { guard: Guard } = { guard: async () => undefined }
  const [registry, local] = await Promise.all([
    startSoakRegistry(kind, clock, request => hold.guard(request)),
    startInProcessStore(),
  ])
  const clusters = [createMemoryCluster('eu-1'), createMemoryCluster('us-1')] as const
  clusters[0].put('RegistrySecret', 'registry', { domain: registry.host })
  clusters[0].put('RegistrySecret', 'stalling', { domain: stallingHost })
  return Object.assign(hold, {
    clock,
    store: local.store,
    oldStore: earlier?.storeOf(local.client, local.tableName) ?? local.store,
    registry,
    writer: registry.writerOf(registry.host),
    stallingWriter: registry.writerOf(stallingHost),
    clusters,
    archive: createMemoryArchive(),
    layers: createMemoryLayers(clock.now),
    killSwitch: createSwitch(),
    secrets: secretsOf({}),
    sealer: createMemorySealer(),
    rulebook: { ...soakRules, factsOf: () => registry.facts },
    close: async () => {
      await Promise.all([registry.close(), local.close()])
    },
  })
}
