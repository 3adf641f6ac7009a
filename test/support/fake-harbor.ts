import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { startRegistry } from '../../cli/embedded/registry/registry-server.ts'
import { answerHarborApi } from './harbor/api-routes.ts'
import {
  type Core,
  type HarborAnswer,
  type HarborRequest,
  type HarborState,
  passOn,
  robotRights,
} from './harbor/core.ts'
import { HarborDatabase, HarborError } from './harbor/database.ts'
import { answerV2 } from './harbor/v2-routes.ts'

export interface FakeHarbor {
  readonly url: string
  readonly host: string
  readonly database: HarborDatabase
  readonly state: HarborState
  /** What shelflife asked, oldest first. */
  readonly requests: HarborRequest[]
  /** What Harbor's garbage collection does: manifests and blobs that no artifact needs go for good. */
  collectGarbage(): Promise<void>
  close(): Promise<void>
}

/**
 * Harbor's core as its source has it, before a real registry that keeps manifests and blobs: the API of artifacts, pulls
 * that count where a manifest is got and nowhere else, deletes that take children and accessories along, immutable tags.
 *
 * @see https://github.com/goharbor/harbor/blob/main/src/server/registry/manifest.go
 */
export async function startFakeHarbor(): Promise<FakeHarbor> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-harbor-'))
  const inner = await startRegistry({ dataDir })
  const state: HarborState = {
    now: () => new Date(),
    rights: robotRights,
    isImmutable: () => false,
    countsHiddenRows: false,
    answer: () => undefined,
    countsPull: () => true,
    gcSchedule: {},
    quotaBytes: -1,
  }
  const database = new HarborDatabase({ now: () => state.now(), isImmutable: tag => state.isImmutable(tag) })
  const requests: HarborRequest[] = []
  const core: Core = { database, state, innerUrl: inner.url }
  const server = createServer((request, response) => void serve(core, requests, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    database,
    state,
    requests,
    collectGarbage: async () => {
      for (const repository of database.repositories) await dropUnknown(core, repository)
      await inner.collectGarbage()
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await inner.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const statusOf: Readonly<Record<HarborError['code'], number>> = {
  NOT_FOUND: 404,
  PRECONDITION: 412,
  VIOLATE_FOREIGN_KEY_CONSTRAINT: 412,
  UNSUPPORTED: 400,
  FORBIDDEN: 403,
}

async function serve(core: Core, requests: HarborRequest[], incoming: IncomingMessage, outgoing: ServerResponse) {
  const { method = '', url: path = '', headers } = incoming
  const request = { method, path, headers }
  const body = await buffer(incoming)
  if (headers['user-agent'] === 'shelflife') requests.push(request)
  const answer = (await core.state.answer(request)) ?? (await answerOf(core, request, body))
  if (answer instanceof Response) {
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
    return outgoing.end(Buffer.from(await answer.arrayBuffer()))
  }
  outgoing.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers })
  outgoing.end(answer.body === undefined ? '' : JSON.stringify(answer.body))
}

async function answerOf(core: Core, request: HarborRequest, body: Buffer): Promise<HarborAnswer | Response> {
  try {
    if (request.path.startsWith('/api/v2.0/')) return answerHarborApi(core, request)
    return await answerV2(core, request, body)
  } catch (error) {
    if (!(error instanceof HarborError)) throw error
    return { status: statusOf[error.code], body: { errors: [{ code: error.code, message: error.message }] } }
  }
}

async function dropUnknown(core: Core, repository: string): Promise<void> {
  const stored = core.database.inRepository(repository).map(artifact => artifact.digest)
  for (const digest of core.database.everStored(repository))
    if (!stored.includes(digest))
      await passOn(core, { method: 'DELETE', path: `/v2/${repository}/manifests/${digest}` })
}
