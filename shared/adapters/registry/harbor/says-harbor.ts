import { findFirstChallenge } from '../oci/first-challenge.ts'
import type { OciOptions } from '../oci/oci-session.ts'

/** As Harbor's core names itself in what it asks of whoever comes to `/v2/` without a credential. */
const service = 'harbor-registry'

/**
 * True where the registry itself says that it is a Harbor.
 *
 * @see https://github.com/goharbor/harbor/blob/main/src/server/middleware/v2auth/auth.go
 */
export async function saysHarbor(options: OciOptions): Promise<boolean> {
  const challenge = await findFirstChallenge(options)
  return challenge?.scheme === 'bearer' && challenge.service === service
}
