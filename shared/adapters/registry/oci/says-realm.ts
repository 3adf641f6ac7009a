import { findFirstChallenge } from './first-challenge.ts'
import type { OciOptions } from './oci-session.ts'

/**
 * True where the registry itself asks for tokens of its own host, under this path and by its own name: what registries of some
 * kinds do, and no other.
 */
export async function saysRealm(options: OciOptions, path: string): Promise<boolean> {
  const challenge = await findFirstChallenge(options)
  if (challenge?.scheme !== 'bearer' || !URL.canParse(challenge.realm)) return false
  const { host, pathname } = new URL(challenge.realm)
  return pathname === path && host === options.host && challenge.service === options.host
}
