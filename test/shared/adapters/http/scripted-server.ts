import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface ScriptedServer {
  readonly url: string
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** Every request as it came, oldest first. */
  readonly requests: readonly ReceivedRequest[]
}

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

/** A raw server on loopback that answers as the test says, right or wrong; it ends with the test. */
export async function startScriptedServer(script: RequestListener): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = []
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers })
    script(request, response)
  })
  const host = await listenOnLoopback(server)
  return { url: `http://${host}`, host, requests }
}

/** Listens on a free port until the test ends. */
export async function listenOnLoopback(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
