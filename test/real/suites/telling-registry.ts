import { randomBytes } from 'node:crypto'
import { type Distribution, type DistributionOptions, startDistribution } from '../parts/distribution.ts'
import { freePort } from '../parts/free-port.ts'

export interface TellingRegistry {
  readonly registry: Distribution
  readonly webhookSecret: string
  /** Flags of the installation that it tells. */
  readonly portFlags: readonly string[]
}

/**
 * A registry that tells an installation which starts after it. It reads its settings once, so the address of the webhook,
 * the third port, is fixed before both start.
 */
export async function startTellingRegistry(version: DistributionOptions['version']): Promise<TellingRegistry> {
  const webhookSecret = randomBytes(12).toString('hex')
  const port = await freePort()
  const url = `http://127.0.0.1:${port + 2}/webhook/distribution`
  const headers = { Authorization: `Bearer ${webhookSecret}` }
  const registry = await startDistribution({ version, notifications: [{ url, headers }] })
  return { registry, webhookSecret, portFlags: ['--port', String(port)] }
}
