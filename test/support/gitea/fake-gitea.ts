import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { FakeRequest, FakeResponse, GiteaState } from './messages.ts'
import { answerPackages } from './packages-api.ts'
import { GiteaError, GiteaStore } from './store.ts'
import { answerV2 } from './v2-routes.ts'

interface FakeGitea {
  readonly url: string
  readonly host: string
  readonly store: GiteaStore
  readonly state: GiteaState
  /** What shelflife asked, oldest first: `GET /v2/`. */
  readonly requests: string[]
  close(): Promise<void>
}

export const giteaLogin = { username: 'ci', password: 'hush' }
export const giteaBasic = `Basic ${Buffer.from('ci:hush').toString('base64')}`
const tokens = ['Bearer registry-token', giteaBasic]

/** A Gitea by its source: its registry, its token realm and its API of packages, each with the rights that they want. */
export async function startFakeGitea(): Promise<FakeGitea> {
  const store = new GiteaStore()
  const state: GiteaState = {
    maxResponseItems: 50,
    listsOnePackage: true,
    isForgejo: false,
    scopes: ['read:package', 'write:package'],
    answer: () => undefined,
  }
  const requests: string[] = []
  const server = createServer((incoming, outgoing) => void serve({ store, state, requests }, incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://${host}`, host, store, state, requests, close }
}

type World = Pick<FakeGitea, 'store' | 'state' | 'requests'>

async function serve(world: World, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method = '', headers } = incoming
  const url = new URL(incoming.url ?? '/', `http://${headers.host}`)
  const request = { method, url, headers, body: await buffer(incoming) }
  if (headers['user-agent'] === 'shelflife') world.requests.push(`${method} ${incoming.url}`)
  const { status, headers: extra, json, text, bytes } = world.state.answer(request) ?? answerOf(world, request)
  const type = json === undefined ? {} : { 'content-type': 'application/json' }
  outgoing.writeHead(status, { ...type, ...extra })
  outgoing.end(method === 'HEAD' ? undefined : (bytes ?? text ?? (json === undefined ? '' : JSON.stringify(json))))
}

function answerOf({ store, state }: World, request: FakeRequest): FakeResponse {
  const { url, headers, method } = request
  const { authorization = '' } = headers
  try {
    if (url.pathname === '/api/forgejo/v1/version')
      return state.isForgejo ? { status: 200, json: { version: '13.0.0' } } : { status: 404, text: 'Not found.' }
    if (url.pathname === '/v2/token') return tokenFor(state, authorization)
    if (url.pathname.startsWith('/api/v1/packages/')) {
      if (![giteaBasic, 'token hush'].includes(authorization))
        return { status: 401, json: { message: 'token is required' } }
      if (state.scopes.length === 0) return { status: 403, json: { message: 'token does not have required scope' } }
      return answerPackages(store, state, url)
    }
    if (!tokens.includes(authorization)) return unauthorized(url)
    const isWrite = method !== 'GET' && method !== 'HEAD'
    if (isWrite && !state.scopes.includes('write:package')) return unauthorized(url)
    return answerV2(store, request)
  } catch (error) {
    if (!(error instanceof GiteaError)) throw error
    return { status: error.status, json: { errors: [{ code: error.code, message: error.code }] } }
  }
}

const tokenFor = ({ scopes }: GiteaState, authorization: string): FakeResponse =>
  authorization === giteaBasic && scopes.length > 0
    ? { status: 200, json: { token: 'registry-token' } }
    : { status: 401, json: { errors: [{ code: 'UNAUTHORIZED', message: '' }] } }

const unauthorized = (url: URL): FakeResponse => ({
  status: 401,
  headers: {
    'www-authenticate': `Bearer realm="${url.origin}/v2/token",service="container_registry",scope="*", Basic realm="Gitea Container Registry"`,
  },
  json: { errors: [{ code: 'UNAUTHORIZED', message: '' }] },
})
