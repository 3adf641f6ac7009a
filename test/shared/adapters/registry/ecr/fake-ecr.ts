import { json as readJson } from 'node:stream/consumers'
import { afterEach, beforeEach, vi } from 'vitest'
import type { EcrOptions } from '../../../../../shared/adapters/registry/ecr/ecr-options.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'

/** One call as ECR gets it. */
export interface EcrCall {
  readonly operation: string
  /** The role that signed it: named after its access key. */
  readonly principal: string
  readonly input: Readonly<Record<string, unknown>>
}

export type EcrAnswer = { status?: number; error?: string; headers?: Record<string, string>; body?: unknown }

/** The role by which a fake knows whoever has this access key. */
export const roleOf = (accessKeyId: string): string => `arn:aws:iam::123456789012:role/${accessKeyId}`

const principalOf = (authorization = ''): string => roleOf(/Credential=([^/]+)\//.exec(authorization)?.[1] ?? 'nobody')

/** Credentials that sign and open nothing. */
export function useFakeAwsCredentials(): void {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
  })
  afterEach(() => vi.unstubAllEnvs())
}

/** An ECR API on loopback that answers as the test says. */
export async function startFakeEcr(
  answer: (call: EcrCall) => EcrAnswer,
): Promise<{ calls: readonly EcrCall[]; options: EcrOptions; url: string }> {
  const calls: EcrCall[] = []
  const server = await startScriptedServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const principal = principalOf(request.headers.authorization)
    const call = { operation, principal, input: (await readJson(request)) as Record<string, unknown> }
    calls.push(call)
    const { status, error, headers, body } = answer(call)
    const type = { 'content-type': 'application/x-amz-json-1.1', ...(error ? { 'x-amzn-errortype': error } : {}) }
    response.writeHead(status ?? (error ? 400 : 200), { ...type, ...headers })
    response.end(JSON.stringify(error ? { __type: error, message: 'as the test says' } : (body ?? {})))
  })
  const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
  return { calls, url: server.url, options: { host, endpoint: server.url, timeoutMs: 20_000 } }
}
