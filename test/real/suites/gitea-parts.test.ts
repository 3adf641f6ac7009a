import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { freshFolder, removeFolder } from '../parts/background.ts'
import { type Gitea, startGitea } from '../parts/gitea.ts'
import { pushImage } from '../parts/images.ts'
import { runTool } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'

const secret = 'open sesame'
const deliverySchema = z.object({
  action: z.string(),
  package: z.object({
    type: z.string(),
    name: z.string(),
    version: z.string(),
    owner: z.object({ login: z.string() }),
  }),
})
const versionSchema = z.array(
  z.object({ name: z.string(), version: z.string(), created_at: z.iso.datetime({ offset: true }) }),
)

interface Delivery {
  headers: IncomingHttpHeaders
  body: Buffer
}

const received: Delivery[] = []
let home: string
let sink: Server
let gitea: Gitea
beforeAll(async () => {
  home = freshFolder('home')
  sink = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await buffer(request) })
    response.end()
  }).listen(0, '127.0.0.1')
  await once(sink, 'listening')
  gitea = await startGitea()
  await gitea.api('POST', '/orgs', { username: 'team' })
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`
  const config = { url, content_type: 'json', secret }
  await gitea.api('POST', '/orgs/team/hooks', { type: 'gitea', active: true, events: ['package'], config })
  const login = ['auth', 'login', gitea.host, '-u', gitea.username, '-p', gitea.token]
  mkdirSync(join(home, '.docker'))
  expect((await runTool('crane', login, { env: { HOME: home } })).exitCode).toBe(0)
})
afterAll(async () => {
  await gitea?.stop()
  sink?.close()
  removeFolder(home)
})

const crane = (...args: string[]) => runTool('crane', args, { env: { HOME: home } })
const push = (name: string, content: string) => pushImage(`${gitea.host}/team/${name}`, content, { HOME: home })
const versionsOf = async (name: string) => {
  const listed = versionSchema.parse(await gitea.api('GET', `/packages/team?type=container&q=${name}`))
  return listed.map(({ version }) => version).toSorted()
}
const deliveriesOf = (name: string) =>
  received.map(({ body }) => deliverySchema.parse(JSON.parse(body.toString()))).filter(one => one.package.name === name)

it('takes an image by way of its own token realm, and lists it by tag and by digest', async () => {
  const anonymous = await fetch(`${gitea.url}/v2/`)
  const digest = await push('app:v1', 'one')

  expect(anonymous.headers.get('www-authenticate')).toContain(`realm="${gitea.url}/v2/token"`)
  expect((await crane('digest', `${gitea.host}/team/app:v1`)).stdout.trim()).toBe(digest)
  expect(await versionsOf('app')).toEqual(['v1'])
})

it('tells its webhook of a push, signed with the secret', async () => {
  await push('told:v1', 'told')

  await waitUntil(() => deliveriesOf('told')[0], { what: 'the delivery of the push' })
  const [{ headers, body } = { headers: {}, body: Buffer.of() }] = received.filter(one => one.body.includes('"told"'))
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  expect(headers).toMatchObject({
    'x-gitea-event': 'package',
    'x-gitea-signature': signature,
    'x-hub-signature-256': `sha256=${signature}`,
  })
  expect(deliveriesOf('told')[0]).toMatchObject({
    action: 'created',
    package: { type: 'container', version: 'v1', owner: { login: 'team' } },
  })
})

it('drops what a tag leaves behind when it moves', async () => {
  const old = await push('moved:v1', 'old')
  await push('moved:v1', 'fresh')

  const gone = await crane('digest', `${gitea.host}/team/moved@${old}`)

  expect(gone.exitCode).not.toBe(0)
  expect(gone.stderr).toContain('MANIFEST_UNKNOWN')
})

it('deletes a tag, and a digest with every tag of it', async () => {
  const digest = await push('deleted:v1', 'deleted')
  await crane('tag', `${gitea.host}/team/deleted:v1`, 'v2')
  await crane('tag', `${gitea.host}/team/deleted:v1`, 'v3')

  const byTag = await crane('delete', `${gitea.host}/team/deleted:v1`)
  const left = await versionsOf('deleted')
  const byDigest = await crane('delete', `${gitea.host}/team/deleted@${digest}`)

  expect([byTag.exitCode, left]).toEqual([0, ['v2', 'v3']])
  expect(byDigest.exitCode).toBe(0)
  expect(await versionsOf('deleted')).toEqual([])
})
