import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Registry, startRegistry } from '../../cli/embedded/registry/registry-server.ts'
import type { Clock } from '../../shared/adapters/http/retry.ts'
import { createOciWriter } from '../../shared/adapters/registry/oci/oci-writer.ts'
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
import { soakRules } from './tenants.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { storeOfYesterday } from './yesterday-store.ts'

/** Sent with what people do in the registry: the guard lets it pass, and outages do not hold it back. */
export const personHeaders = { 'x-soak-person': 'yes' } as const

/** Serves a few of the repositories. */
export const stallingHost = 'stalling.example.com'

/** Asked before each request to the registry that no person sent; what it answers goes out in the registry's place. */
export type Guard = (request: Request) => Promise<Response | undefined>

/** The real parts under the product, in one process: the store, a registry, clusters that lie in memory. */
export interface Estate {
  readonly clock: VirtualClock
  readonly store: Store
  /** The same table, as the code of an earlier version sees it. */
  readonly oldStore: Store
  readonly registry: Registry
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

const noWaiting: Clock = { now: () => new Date(), sleep: async () => undefined, random: () => 0 }

export async function startEstate(clock: VirtualClock): Promise<Estate> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-soak-'))
  const hold: { guard: Guard } = { guard: async () => undefined }
  const intercept = (request: Request) => (request.headers.has('x-soak-person') ? undefined : hold.guard(request))
  const [registry, local] = await Promise.all([startRegistry({ dataDir, intercept }), startInProcessStore()])
  const clusters = [createMemoryCluster('eu-1'), createMemoryCluster('us-1')] as const
  clusters[0].put('RegistrySecret', 'registry', { domain: registry.host })
  clusters[0].put('RegistrySecret', 'stalling', { domain: stallingHost })
  const writerOf = (host: string) =>
    createOciWriter({ endpoint: registry.url, host, configured: true, clock: noWaiting })
  return Object.assign(hold, {
    clock,
    store: local.store,
    oldStore: storeOfYesterday(local.client, local.tableName),
    registry,
    writer: writerOf(registry.host),
    stallingWriter: writerOf(stallingHost),
    clusters,
    archive: createMemoryArchive(),
    layers: createMemoryLayers(clock.now),
    killSwitch: createSwitch(),
    secrets: secretsOf({}),
    sealer: createMemorySealer(),
    rulebook: soakRules,
    close: async () => {
      await Promise.all([registry.close(), local.close()])
      rmSync(dataDir, { recursive: true, force: true })
    },
  })
}
