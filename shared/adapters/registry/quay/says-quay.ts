import { findFirstChallenge } from '../oci/first-challenge.ts'
import type { OciOptions } from '../oci/oci-session.ts'

/**
 * True where the registry itself asks for tokens as a Quay does: of its own host, under the path and the name that are Quay's.
 *
 * @see https://github.com/quay/quay/blob/master/auth/registry_jwt_auth.py
 */
export async function saysQuay(options: OciOptions): Promise<boolean> {
  const challenge = await findFirstChallenge(options)
  if (challenge?.scheme !== 'bearer' || !URL.canParse(challenge.realm)) return false
  const { host, pathname } = new URL(challenge.realm)
  return pathname === '/v2/auth' && host === options.host && challenge.service === options.host
}
