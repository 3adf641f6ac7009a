import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Distribution, registryLogin, startDistribution } from '../parts/distribution.ts'
import { pushImage } from '../parts/images.ts'
import { runTool } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'

interface Notification {
  secret: string | string[] | undefined
  events: { action: string; target: { repository: string; tag?: string; digest: string } }[]
}

describe.each(['3', '2'] as const)('distribution %s', version => {
  const received: Notification[] = []
  let listener: Server
  let registry: Distribution

  beforeAll(async () => {
    listener = createServer(async (request, response) => {
      const { events } = (await json(request)) as Pick<Notification, 'events'>
      received.push({ secret: request.headers['x-secret'], events })
      response.end()
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`
    registry = await startDistribution({ version, notifications: [{ url, headers: { 'X-Secret': 'open sesame' } }] })
  })

  afterAll(async () => {
    await registry?.stop()
    listener?.close()
  })

  it('tells its endpoint of a push, with the headers asked for', async () => {
    const digest = await pushImage(`${registry.host}/team/app:v1`, 'one')

    const seen = await waitUntil(() => received.find(({ events }) => events.some(event => event.target.tag === 'v1')), {
      what: 'the notification of v1',
    })
    expect(seen.secret).toBe('open sesame')
    expect(seen.events.map(event => event.action)).toContain('push')
    expect(seen.events.at(-1)?.target).toMatchObject({ repository: 'team/app', digest })
  })

  it('deletes a manifest and collects its blobs', async () => {
    const digest = await pushImage(`${registry.host}/team/unwanted:v1`, 'unwanted')

    const deleted = await runTool('crane', ['delete', `${registry.host}/team/unwanted@${digest}`])
    const printed = await registry.garbageCollect({ deleteUntagged: true })

    expect(deleted.exitCode).toBe(0)
    expect(printed).toMatch(/[1-9]\d* blobs and \d+ manifests eligible for deletion/)
  })

  it('answers skopeo and regctl', async () => {
    const digest = await pushImage(`${registry.host}/team/app:v2`, 'two')

    const [bySkopeo, byRegctl] = await Promise.all([
      runTool('skopeo', ['inspect', '--tls-verify=false', `docker://${registry.host}/team/app:v2`]),
      runTool('regctl', [
        '--host',
        `reg=${registry.host},tls=disabled`,
        'image',
        'digest',
        `${registry.host}/team/app:v2`,
      ]),
    ])

    expect(JSON.parse(bySkopeo.stdout)).toMatchObject({ Digest: digest })
    expect(byRegctl.stdout.trim()).toBe(digest)
  })
})

it('refuses who does not log in, when it asks for a login', async () => {
  const registry = await startDistribution({ version: '3', login: true })
  const answerTo = async (headers: Record<string, string>) => (await fetch(`${registry.url}/v2/`, { headers })).status

  const { username, password } = registryLogin
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

  expect(await answerTo({})).toBe(401)
  expect(await answerTo({ authorization: basic })).toBe(200)
  await registry.stop()
})
