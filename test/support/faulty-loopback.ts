import { createOciReader } from '../../shared/registry/oci-registry.ts'
import { createOciWriter } from '../../shared/registry/oci-writer.ts'
import { type Loopback, startLoopback } from './loopback.ts'
import { type RegistryProxy, startRegistryProxy } from './registry-proxy.ts'

/** The loopback registry and store, with the registry's clients behind a proxy that can fail in every way. */
export interface FaultyLoopback extends Loopback {
  readonly proxy: RegistryProxy
}

/** A request that stalls is given up after this. */
const timeoutMs = 500

export async function startFaultyLoopback(): Promise<FaultyLoopback> {
  const loopback = await startLoopback()
  const proxy = await startRegistryProxy(`http://${loopback.host}`)
  const clock = { now: () => new Date(), sleep: async () => undefined, random: () => 0 }
  const reach = { endpoint: proxy.url, host: proxy.host, configured: true, clock, timeoutMs }
  return {
    ...loopback,
    host: proxy.host,
    reader: createOciReader(reach),
    writer: createOciWriter(reach),
    proxy,
    close: async () => {
      await proxy.stop()
      await loopback.close()
    },
  }
}
