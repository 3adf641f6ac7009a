import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiServers, type Scene } from './api-servers.ts'
import { Counts } from './counts.ts'
import { fillGone } from './fill-gone.ts'
import { fillLarge } from './fill-large.ts'
import { Registry } from './registry.ts'
import { Services } from './services.ts'
import { Table, type TableRequest } from './table.ts'
import { secretIds, type World } from './world.ts'

/**
 * A process of its own: all that a function reaches, on one port. What is asked of it by messages of the process that
 * started it is answered by its id.
 */

export type PartsCommand =
  | { readonly do: 'play'; readonly scene: Scene }
  | { readonly do: 'slow'; readonly latencyMs: Latency }
  | { readonly do: 'take' }
  /** From now on all repositories that were not written are as the first is now. */
  | { readonly do: 'retell' }
  | { readonly do: 'push'; readonly path: string; readonly tag: string; readonly image: number }
  | { readonly do: 'fillLarge' }
  | { readonly do: 'fillGone'; readonly count: number; readonly isPutAway: boolean }

/** Milliseconds that each answer takes beside its work. */
export interface Latency {
  readonly table: number
  readonly services: number
  readonly kubernetes: number
  readonly registry: number
}

const nobody: World = { clusters: 1, teams: 1, repositories: 0, tagsEach: 0, objectsEach: 1, pods: 0 }
let scene: Scene = { world: nobody, replacedPods: 0 }
let latencyMs: Latency = { table: 0, services: 0, kubernetes: 0, registry: 0 }
let port = 0

const counts = new Counts()
const world = () => scene.world
const table = new Table(counts, world)
const registry = new Registry(world)
const apiServers = new ApiServers(() => scene)
const url = () => `http://127.0.0.1:${port}`
const services = new Services(counts, secretOf, url)

function secretOf(id: string): string | undefined {
  if (id.startsWith('kubeconfig/')) return kubeconfigOf(id)
  if (id === secretIds.webhook) return secretIds.webhook
  return id === secretIds.delete ? JSON.stringify({ username: 'cleaner', password: 'cleaner' }) : undefined
}

const kubeconfigOf = (id: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [
      {
        name: 'main',
        cluster: { server: `${url()}/clusters/${id.split('/')[1]}`, 'insecure-skip-tls-verify': true },
      },
    ],
    users: [{ name: 'main', user: { token: 'bench' } }],
    contexts: [{ name: 'main', context: { cluster: 'main', user: 'main' } }],
  })

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const url = new URL(request.url ?? '/', 'http://loopback')
  const target = request.headers['x-amz-target']
  if (typeof target === 'string') await answerAws(target, body.toString('utf8'), response)
  else if (url.pathname.startsWith('/clusters/')) await answerCluster(request, url, body, response)
  else if (url.pathname.startsWith('/v2/')) await answerRegistry(request, url, response)
  else await answerArchive(request, body, response)
}

async function answerAws(target: string, body: string, response: ServerResponse): Promise<void> {
  const isTable = target.startsWith('DynamoDB')
  await pause(isTable ? latencyMs.table : latencyMs.services)
  const found = isTable ? table.answer(target.split('.')[1] ?? '', JSON.parse(body) as TableRequest) : undefined
  const failed = [400, JSON.stringify({ __type: 'ConditionalCheckFailedException', message: 'as it stands' })] as const
  const [status, text] = isTable ? (found === undefined ? failed : [200, found]) : services.answer(target, body)
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text)
}

async function answerCluster(request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse) {
  const [, , cluster = '', ...path] = url.pathname.split('/')
  await pause(latencyMs.kubernetes)
  const asked = { method: request.method ?? '', cluster, path: `/${path.join('/')}`, query: url.searchParams }
  const [status, text] = apiServers.answer({ ...asked, body: body.toString('utf8') })
  counts.add('kubernetes.calls', 1)
  if (url.searchParams.has('watch')) counts.add('kubernetes.watches', 1)
  counts.add('kubernetes.bytes', text.length)
  countSent(request, body.length)
  response.writeHead(status, { 'content-type': 'application/json' }).write(text)
  // Whoever asks for the shortest watch waits for its end, by which all is told.
  if (url.searchParams.get('timeoutSeconds') === '1') await sleep(1_000)
  response.end()
}

async function answerRegistry(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
  await pause(latencyMs.registry)
  const { status, headers = {}, body } = registry.answer(request.method ?? '', url.pathname, url.searchParams)
  counts.add('registry.calls', 1)
  countSent(request, 0)
  response.writeHead(status, { ...headers }).end(body)
}

async function answerArchive(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
  await pause(latencyMs.services)
  const { method, url: key = '' } = request
  const name = key.split('?')[0] ?? ''
  counts.add(method === 'PUT' ? 'archive.puts' : 'archive.gets', 1)
  counts.add('archive.bytes', body.length)
  if (method === 'PUT') archived.set(name, body)
  const found = archived.get(name)
  const missing = '<Error><Code>NoSuchKey</Code><Message>not there</Message></Error>'
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/xml' })
  response.end(method === 'PUT' ? undefined : (found ?? missing))
}

const archived = new Map<string, Buffer>()

/** What leaves AWS where registry and cluster are elsewhere: headers and body, without what TLS adds. */
function countSent({ rawHeaders, url = '' }: IncomingMessage, bodyBytes: number): void {
  counts.add('sent.bytes', rawHeaders.join('').length + 2 * rawHeaders.length + url.length + 16 + bodyBytes)
}

const pause = async (ms: number): Promise<void> => {
  if (ms > 0) await sleep(ms)
}

function obey(command: PartsCommand): unknown {
  if (command.do === 'play') scene = command.scene
  else if (command.do === 'slow') latencyMs = command.latencyMs
  else if (command.do === 'push') registry.push(command.path, command.tag, command.image)
  else if (command.do === 'retell') retell()
  else if (command.do === 'fillLarge') fillLarge(table, registry, scene.world)
  else if (command.do === 'fillGone') fillGone(table, registry, scene.world, command)
  else return { counts: counts.take(), sent: services.take(), storedBytes: table.storedBytes }
  return undefined
}

function retell(): void {
  table.retell()
  apiServers.retell()
}

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
process.on('message', ({ id, command }: { readonly id: number; readonly command: PartsCommand }) =>
  process.send?.({ id, answer: obey(command) }),
)

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error)
    response.writeHead(500).end()
  })
})
// Functions pause between two invocations.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
port = typeof address === 'object' && address !== null ? address.port : 0
process.send?.({ id: 0, answer: port })
