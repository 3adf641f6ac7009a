import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as the scripted server received it. */
export interface ReceivedCall {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A loopback server that answers as the test says, behind a kubeconfig with a token. */
export interface ScriptedApi {
  readonly kubeconfig: string
  readonly url: string
  readonly calls: readonly ReceivedCall[]
  stop(): Promise<void>
}

export const token = 'token-that-must-not-show'

/** YAML text of a kubeconfig for a server. */
export const kubeconfigFor = (server: string): string => `apiVersion: v1
kind: Config
current-context: only
clusters: [{name: c, cluster: {server: '${server}', insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: ${token}}}]
contexts: [{name: only, context: {cluster: c, user: u}}]
`

/** Starts a server on 127.0.0.1 that gives every call to `answer` once its body is read. */
export async function startScriptedApi(
  answer: (call: ReceivedCall, response: ServerResponse) => void,
): Promise<ScriptedApi> {
  const calls: ReceivedCall[] = []
  const listener: RequestListener = async (request, response) => {
    const call = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: await text(request),
    }
    calls.push(call)
    answer(call, response)
  }
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    kubeconfig: kubeconfigFor(url),
    url,
    calls,
    stop: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** The Status object of a refusal, with a message that quotes the request as real servers do. */
export const statusBody = (code: number, reason: string, details: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: 'refused: value-of-the-request',
  reason,
  details,
  code,
})
