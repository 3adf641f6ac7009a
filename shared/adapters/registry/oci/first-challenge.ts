import { withRetries } from '../../http/retry.ts'
import { createRegistryPool } from '../registry-pool.ts'
import { type Challenge, parseChallenge } from './challenge.ts'
import type { OciOptions } from './oci-session.ts'

const maxBodyBytes = 64 * 1024

/**
 * What a registry asks of whoever comes to `/v2/` without a credential: its own word of what it is. Whoever serves another path
 * of its host, `/api/` among them, may be somebody else.
 */
export async function findFirstChallenge(options: OciOptions): Promise<Challenge | undefined> {
  const { endpoint, timeoutMs, signal, credentialId, clock } = options
  const http = withRetries(options.http ?? createRegistryPool(options), undefined, clock)
  const url = new URL(`${endpoint.replace(/\/+$/, '')}/v2/`)
  const { status, headers } = await http.send({ method: 'GET', url, maxBodyBytes, timeoutMs, signal, credentialId })
  return status === 401 ? parseChallenge(headers['www-authenticate']) : undefined
}
