import { createOciReader } from '../../shared/adapters/registry/oci/oci-registry.ts'
import { createOciWriter } from '../../shared/adapters/registry/oci/oci-writer.ts'
import { type Loopback, startLoopback } from './loopback.ts'
import { type RegistryProxy, startRegistryProxy } from './registry-proxy.ts'

/** The loopback registry and store, with the registry's clients behind a proxy that can fail in every way. */
export interface FaultyLoopback extends Loopback {
  readonly proxy: RegistryProxy
  /** Lets an hour pass for the clients, which is the longest that a registry may ask them to wait. */
  passHour(): void
}

/** A request that stalls is given up after this. */
const timeoutMs = 500

export async function startFaultyLoopback(): Promise<FaultyLoopback> {
  const loopback = await startLoopback()
  const proxy = await startRegistryProxy(`http://${loopback.host}`)
  let passedMs = 0
  const clock = {
    now: () => new Date(Date.now() + passedMs),
    sleep: async (ms: number) => {
      passedMs += ms
    },
    random: () => 0,
  }
  const reach = { endpoint: proxy.url, host: proxy.host, configured: true, clock, timeoutMs }
  return {
    ...loopback,
    host: proxy.host,
    reader: createOciReader(reach),
    writer: createOciWriter(reach),
    proxy,
    passHour: () => {
      passedMs += 3_600_000
    },
    close: async () => {
      await proxy.stop()
      await loopback.close()
    },
  }
}
