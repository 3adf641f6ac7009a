import { withRetries } from '../../http/retry.ts'
import { parseChallenge } from '../oci/challenge.ts'
import type { OciOptions } from '../oci/oci-session.ts'
import { createRegistryPool } from '../registry-pool.ts'

/** As Harbor's core names itself in what it asks of whoever comes to `/v2/` without a credential. */
const service = 'harbor-registry'
const maxBodyBytes = 64 * 1024

/**
 * True where the registry itself says that it is a Harbor. Whoever serves another path of its host, `/api/` among them,
 * may be somebody else.
 *
 * @see https://github.com/goharbor/harbor/blob/main/src/server/middleware/v2auth/auth.go
 */
export async function saysHarbor(options: OciOptions): Promise<boolean> {
  const { endpoint, timeoutMs, signal, credentialId, clock } = options
  const http = withRetries(options.http ?? createRegistryPool(options), undefined, clock)
  const url = new URL(`${endpoint.replace(/\/+$/, '')}/v2/`)
  const { status, headers } = await http.send({ method: 'GET', url, maxBodyBytes, timeoutMs, signal, credentialId })
  const challenge = status === 401 ? parseChallenge(headers['www-authenticate']) : undefined
  return challenge?.scheme === 'bearer' && challenge.service === service
}
