import { createHash } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import type { Clock } from '../../../../shared/adapters/http/retry.ts'
import type { OciOptions } from '../../../../shared/adapters/registry/oci/oci-session.ts'
import type { Digest } from '../../../../shared/domain/digest.ts'
import { type ScriptedServer, startScriptedServer } from '../http/scripted-server.ts'

/** Does not wait. */
export const noWaiting: Clock = { now: () => new Date(), sleep: async () => undefined, random: () => 0 }

export const sha256 = (bytes: string | Buffer): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

export const refusal = (code: string) => ({ errors: [{ code, message: 'as the test says' }] })

/** A registry that says what the script says, with the options by which to reach it. */
export async function startFakeRegistry(
  script: RequestListener,
  options: Partial<OciOptions> = {},
): Promise<ScriptedServer & { options: OciOptions }> {
  const server = await startScriptedServer(script)
  const reach = { endpoint: server.url, host: server.host, configured: true, clock: noWaiting, timeoutMs: 2_000 }
  return { ...server, options: { ...reach, ...options } }
}

/** A digest that no test stores. */
export const someDigest: Digest = `sha256:${'a'.repeat(64)}`
