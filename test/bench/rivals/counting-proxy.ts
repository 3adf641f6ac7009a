import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

export interface CountedRequest {
  /** `DELETE manifest by digest`, `GET referrers 404`: the status where it says that nothing was there, or that it failed. */
  readonly kind: string
  /** Since the same start as `performance.now()`. */
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** Of the bodies, in both directions. */
  readonly bytes: number
}

export interface CountingProxy {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly host: string
  /** What was answered since the start, in the order in which it was. */
  readonly requests: readonly CountedRequest[]
  stop(): Promise<void>
}

/** Passes everything on to a registry over connections that stay open, and counts it. */
export async function startCountingProxy(registryUrl: string): Promise<CountingProxy> {
  const requests: CountedRequest[] = []
  const agent = new Agent({ keepAlive: true })
  const server = createServer(async (incoming, outgoing) => {
    const startedAtMs = performance.now()
    const { status, bytes } = await passOn(registryUrl, agent, incoming, outgoing)
    const kind = kindOf(incoming, status)
    requests.push({ kind, startedAtMs, endedAtMs: performance.now(), bytes })
  })
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async () => {
    server.closeAllConnections()
    await new Promise(done => server.close(done))
    agent.destroy()
  }
  return { url: `http://${host}`, host, requests, stop }
}

/** With the headers as they came, Host too, so that the addresses which the registry writes lead back through here. */
async function passOn(registryUrl: string, agent: Agent, incoming: IncomingMessage, outgoing: ServerResponse) {
  const { method, headers } = incoming
  let bytes = 0
  const count = (chunk: Buffer) => {
    bytes += chunk.length
  }
  const sent = request(new URL(incoming.url ?? '/', registryUrl), { method, headers, agent })
  try {
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>
    const [[response]] = await Promise.all([answered, pipeline(incoming.on('data', count), sent)])
    outgoing.writeHead(response.statusCode ?? 502, response.headers)
    await pipeline(response.on('data', count), outgoing)
    return { status: response.statusCode ?? 502, bytes }
  } catch {
    // Whoever asked went away, or the registry did.
    outgoing.destroy()
    return { status: 502, bytes }
  }
}

function kindOf({ method, url = '' }: IncomingMessage, status: number): string {
  const { pathname } = new URL(url, 'http://registry')
  return `${method} ${subjectOf(pathname)}${status >= 400 ? ` ${status}` : ''}`
}

function subjectOf(path: string): string {
  const [, what = '', name = ''] = /\/(tags|manifests|referrers|blobs)\/([^/]+)$/.exec(path) ?? []
  if (what === 'tags') return 'tag list'
  if (what !== 'manifests') return what || (path === '/v2/' ? 'ping' : 'other')
  if (name.startsWith('sha256:')) return 'manifest by digest'
  if (/^sha256-[0-9a-f]{64}$/.test(name)) return 'referrers tag'
  return name.startsWith('sha256-') ? 'signature tag' : 'manifest by tag'
}
