import type { HttpClient } from '../http/client.ts'
import { systemClock } from '../http/retry.ts'
import { DeleteWays } from './oci/delete-ways.ts'
import { ReferrersApi } from './oci/referrers-api.ts'
import type { RegistryAddress } from './registry-address.ts'
import { createRegistryPool } from './registry-pool.ts'

export interface PoolOptions {
  /** PEM. */
  readonly ca?: string | undefined
  readonly insecure?: boolean | undefined
}

/** What the readers of one registry share. */
export interface Pool {
  readonly http: HttpClient
  readonly referrersApi: ReferrersApi
  readonly deleteWays: DeleteWays
}

/** Gives each registry its pool; `stallMs` is for tests of stalling. Sockets outlive readers; credentials do not, so that a rotated secret counts at once. */
export function createPools(stallMs?: number): (address: RegistryAddress, options: PoolOptions) => Pool {
  const pools = new Map<string, Pool>()
  return (address, { ca, insecure }) => {
    const key = JSON.stringify([address.host, ca ?? '', insecure ?? false])
    const known = pools.get(key)
    if (known !== undefined) return known
    const { endpoint, api, realmHosts, settings, refusePrivateAddresses } = address
    const { maxConcurrentRequests } = settings ?? {}
    const configured = settings !== undefined
    const http = createRegistryPool({
      endpoint,
      api,
      realmHosts,
      configured,
      refusePrivateAddresses,
      ca,
      insecure,
      maxConcurrentRequests,
      stallMs,
    })
    const pool = { http, referrersApi: new ReferrersApi(systemClock.now), deleteWays: new DeleteWays(systemClock.now) }
    pools.set(key, pool)
    return pool
  }
}
