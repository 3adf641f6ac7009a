import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { startRegistry } from '../../cli/embedded/registry/registry-server.ts'

export interface AskedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface ApiAnswer {
  readonly status: number
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Answered = ApiAnswer | Response

export interface ApiBeforeRegistry {
  readonly url: string
  readonly host: string
  /** What shelflife asked, oldest first. */
  readonly requests: AskedRequest[]
  close(): Promise<void>
}

/** The same request to the registry behind. */
export type PassOn = (request: Pick<AskedRequest, 'method' | 'path'> & Partial<AskedRequest>) => Promise<Response>

/**
 * A vendor's own API and ways before a real registry that keeps manifests and blobs: `answer` has the first word on each
 * request, and says of those that it leaves to the registry what became of them.
 */
export async function startApiBeforeRegistry(
  answer: (request: AskedRequest, passOn: PassOn) => Promise<Answered>,
): Promise<ApiBeforeRegistry> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-vendor-'))
  const inner = await startRegistry({ dataDir })
  const requests: AskedRequest[] = []
  const passOn: PassOn = ({ method, path, headers = {}, body }) =>
    fetch(`${inner.url}${path}`, {
      method,
      headers: passedOf(headers),
      redirect: 'manual',
      ...(body && body.length > 0 && { body: new Uint8Array(body) }),
    })
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = '', url: path = '', headers } = incoming
    const request = { method, path, headers, body: await buffer(incoming) }
    if (headers['user-agent'] === 'shelflife') requests.push(request)
    await send(await answer(request, passOn), outgoing)
  }
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    requests,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await inner.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function send(answer: Answered, outgoing: ServerResponse): Promise<void> {
  if (answer instanceof Response) {
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
    outgoing.end(Buffer.from(await answer.arrayBuffer()))
    return
  }
  outgoing.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers })
  outgoing.end(answer.body === undefined ? '' : JSON.stringify(answer.body))
}

function passedOf(headers: IncomingMessage['headers']): Record<string, string> {
  const passed = ['content-type', 'content-range', 'accept', 'range']
  return Object.fromEntries(passed.flatMap(name => (headers[name] ? [[name, String(headers[name])]] : [])))
}

/** A refusal in the form of the OCI specification. */
export const ociRefusal = (status: number, code: string, headers: Record<string, string> = {}): ApiAnswer => ({
  status,
  body: { errors: [{ code, message: 'as the vendor says it' }] },
  headers,
})

/** What a request at `/v2/` is about; undefined for all but manifests. */
export function manifestOf(path: string): { readonly repository: string; readonly reference: string } | undefined {
  const [, repository, reference] = /^\/v2\/(.+)\/manifests\/([^/?]+)/.exec(path) ?? []
  return repository === undefined || reference === undefined ? undefined : { repository, reference }
}
