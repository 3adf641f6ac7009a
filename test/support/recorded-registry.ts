import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { startRegistry } from '../../cli/embedded/registry/registry-server.ts'

/** What somebody pushed under a tag or a digest, and when that was pulled. */
export interface Recorded {
  readonly repository: string
  readonly reference: string
  readonly digest: string
  readonly mediaType: string
  readonly pushedAt: Date
  readonly firstPushedAt: Date
  pulledAt?: Date
}

export interface ApiAnswer {
  readonly status: number
  readonly json?: unknown
  readonly text?: string
}

export interface ApiRequest {
  readonly method: string
  readonly url: URL
  readonly authorization: string
  readonly body: string
}

/** A real registry that keeps record of what is pushed and pulled, before an API beside `/v2/` that tells of it. */
export async function startRecordedRegistry(answer: (request: ApiRequest, records: Recorded[]) => ApiAnswer) {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-recorded-'))
  const inner = await startRegistry({ dataDir })
  const records: Recorded[] = []
  const requests: string[] = []
  const api = { answer }
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', headers, url: path = '' } = incoming
    const body = await buffer(incoming)
    if (headers['user-agent'] === 'shelflife') requests.push(`${method} ${path}`)
    if (path.startsWith('/v2/')) return passOn(incoming, body, outgoing)
    const url = new URL(path, `http://${host}`)
    const request = { method, url, authorization: headers.authorization ?? '', body: body.toString() }
    const { status, json, text } = api.answer(request, records)
    outgoing.writeHead(status, { 'content-type': json === undefined ? 'text/html' : 'application/json' })
    outgoing.end(json === undefined ? text : JSON.stringify(json))
  }

  async function passOn(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = incoming
    const type = String(headers['content-type'] ?? 'application/octet-stream')
    const init = { method, headers: { 'content-type': type }, ...(body.length > 0 && { body: Uint8Array.from(body) }) }
    const passed = await fetch(`${inner.url}${path}`, init)
    if (passed.ok) note(records, { method, path, type, digest: passed.headers.get('docker-content-digest') ?? '' })
    const { location, ...rest } = Object.fromEntries(passed.headers)
    outgoing.writeHead(passed.status, { ...rest, ...(location && { location: location.replace(inner.url, '') }) })
    outgoing.end(Buffer.from(await passed.arrayBuffer()))
  }

  const close = async () => {
    server.closeAllConnections()
    server.close()
    await inner.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { url: `http://${host}`, host, records, requests, api, close }
}

interface Passed {
  readonly method: string
  readonly path: string
  readonly type: string
  readonly digest: string
}

function note(records: Recorded[], { method, path, type, digest }: Passed): void {
  const [, repository = '', reference = ''] = /^\/v2\/(.+)\/manifests\/([^?]+)/.exec(path) ?? []
  if (repository === '') return
  const own = records.filter(one => one.repository === repository)
  const meant = own.filter(one => one.reference === reference || one.digest === reference)
  if (method === 'GET') for (const one of meant) one.pulledAt = new Date()
  if (method !== 'PUT' && method !== 'DELETE') return
  const before = own.find(one => one.reference === reference)
  const gone = method === 'PUT' ? [before] : meant
  for (const one of gone) if (one) records.splice(records.indexOf(one), 1)
  const now = new Date()
  const firstPushedAt = before?.firstPushedAt ?? now
  if (method === 'PUT') records.push({ repository, reference, digest, mediaType: type, pushedAt: now, firstPushedAt })
}

export const recordedLogin = { username: 'reader', password: 'hush' }
export const recordedBasic = `Basic ${Buffer.from('reader:hush').toString('base64')}`
