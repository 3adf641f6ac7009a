import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { startRegistry } from '../../cli/embedded/registry/registry-server.ts'

export interface FrontRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

export interface FrontAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The same request to the registry behind, which keeps manifests and blobs. */
export type PassOn = (request: Partial<FrontRequest> & { readonly path: string }, body?: Buffer) => Promise<Response>

export interface RegistryFront {
  readonly url: string
  readonly host: string
  /** What shelflife asked, oldest first. */
  readonly requests: FrontRequest[]
  readonly passOn: PassOn
  /** Blobs that no manifest behind needs go for good. */
  collectGarbage(): Promise<unknown>
  close(): Promise<void>
}

/** A server before a real registry, which answers what is asked as `serve` says. */
export async function startRegistryFront(
  serve: (request: FrontRequest, body: Buffer, front: RegistryFront) => Promise<FrontAnswer | Response>,
): Promise<RegistryFront> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-front-'))
  const inner = await startRegistry({ dataDir })
  const requests: FrontRequest[] = []
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming
    const body = await buffer(incoming)
    if (headers['user-agent'] === 'shelflife') requests.push({ method, path, headers })
    const answer = await serve({ method, path, headers }, body, front)
    if (answer instanceof Response) {
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
      return outgoing.end(Buffer.from(await answer.arrayBuffer()))
    }
    outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    outgoing.end(answer.body === undefined || method === 'HEAD' ? '' : JSON.stringify(answer.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const passOn: PassOn = ({ method = 'GET', path, headers = {} }, body) =>
    fetch(`${inner.url}${path}`, {
      method,
      headers: passedOf(headers),
      redirect: 'manual',
      ...(body && body.length > 0 && { body: new Uint8Array(body) }),
    })
  const front: RegistryFront = {
    url: `http://${host}`,
    host,
    requests,
    passOn,
    collectGarbage: () => inner.collectGarbage(),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await inner.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return front
}

function passedOf(headers: IncomingMessage['headers']): Record<string, string> {
  const passed = ['content-type', 'content-range', 'accept', 'range']
  return Object.fromEntries(passed.flatMap(name => (headers[name] ? [[name, String(headers[name])]] : [])))
}

/** As all registries word a refusal at `/v2/`. */
export const v2Error = (status: number, code: string): FrontAnswer => ({
  status,
  body: { errors: [{ code, message: 'as its source says', detail: {} }] },
})

/** The parts of a path below `/v2/`; undefined for another. */
export function v2PathOf(path: string): { repository: string; kind: string; reference: string } | undefined {
  const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|tags|referrers|blobs)\/([^?]+)/.exec(path) ?? []
  return repository && kind && reference ? { repository, kind, reference } : undefined
}
