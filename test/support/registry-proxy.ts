import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A request of shelflife on its way to the registry. */
export interface ProxiedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** What shelflife gets in the place of the registry's answer. */
export type FaultyAnswer =
  | { readonly kind: 'answer'; status: number; headers?: Readonly<Record<string, string>>; body?: string }
  /** The registry's own answer with another body. */
  | { readonly kind: 'rewrite'; rewrite: (body: string) => string }
  | { readonly kind: 'reset' }
  /** The registry's own answer, cut off in the middle of its body. */
  | { readonly kind: 'half' }
  /** Headers, and then nothing more. */
  | { readonly kind: 'stall' }
  /** The registry does what it was asked; the answer is lost on the way back. */
  | { readonly kind: 'lost' }

/** Asked before a request goes on to the registry; undefined lets it pass, once what was awaited has happened. */
export type Fault = (request: ProxiedRequest) => FaultyAnswer | undefined | Promise<FaultyAnswer | undefined>

export interface RegistryProxy {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** What shelflife asked for so far; what others ask for passes unseen. */
  readonly requests: readonly ProxiedRequest[]
  /** The first fault that answers wins. The result takes it away again. */
  inject(fault: Fault): () => void
  stop(): Promise<void>
}

/** A proxy on loopback before any registry: faults meet shelflife alone, whose requests say `user-agent: shelflife`. */
export async function startRegistryProxy(registryUrl: string): Promise<RegistryProxy> {
  const faults = new Set<Fault>()
  const requests: ProxiedRequest[] = []
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming)
    const { method = '', url: path = '', headers } = incoming
    let answer: FaultyAnswer | undefined
    if (headers['user-agent'] === 'shelflife') {
      const seen = { method, path, headers }
      requests.push(seen)
      answer = await firstAnswer(faults, seen)
    }
    await reply(outgoing, answer, () => passOn(registryUrl, incoming, body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    requests,
    inject: fault => {
      faults.add(fault)
      return () => void faults.delete(fault)
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

async function firstAnswer(faults: ReadonlySet<Fault>, seen: ProxiedRequest): Promise<FaultyAnswer | undefined> {
  for (const fault of faults) {
    const answer = await fault(seen)
    if (answer) return answer
  }
  return undefined
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** With the headers as they came, Host too, so that the addresses which the registry writes lead back through here. */
async function passOn(registryUrl: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { method, headers } = incoming
  const sent = request(new URL(incoming.url ?? '/', registryUrl), { method, headers, agent: false })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 502, headers: response.headers, body: await buffer(response) }
}

async function reply(
  outgoing: ServerResponse,
  fault: FaultyAnswer | undefined,
  pass: () => Promise<Answer>,
): Promise<void> {
  if (fault?.kind === 'reset') return void outgoing.destroy()
  if (fault?.kind === 'answer') return void outgoing.writeHead(fault.status, fault.headers).end(fault.body)
  const { status, headers, body } = await pass().catch(() => badGateway)
  if (fault?.kind === 'lost') return void outgoing.destroy()
  if (fault?.kind === 'rewrite') {
    const text = fault.rewrite(body.toString())
    const { 'content-length': _, ...rest } = headers
    return void outgoing.writeHead(status, rest).end(text)
  }
  outgoing.writeHead(status, headers)
  if (fault?.kind === 'stall') return outgoing.flushHeaders()
  if (fault?.kind === 'half') return void outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy())
  outgoing.end(body)
}

const badGateway: Answer = { status: 502, headers: {}, body: Buffer.alloc(0) }
