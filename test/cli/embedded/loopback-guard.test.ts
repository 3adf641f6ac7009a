import { readdir } from 'node:fs/promises'
import { type ClientRequest, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDynamodb } from '../../../cli/embedded/aws/dynamodb.ts'
import { startKubernetes } from '../../../cli/embedded/kubernetes/start-kubernetes.ts'
import { serveWebhook } from '../../../cli/embedded/webhook-server.ts'
import { accessKey } from '../../support/access-key.ts'
import { testAws, testFolder } from './aws/embedded-aws.ts'
import { registryForTest } from './registry/registry-fixture.ts'

interface Answer {
  readonly status: number | undefined
  readonly body: string
}

/** Promises a body and sends none: who wants to read it first never answers. */
async function answerWithoutBody(url: string, headers: Record<string, string>, method = 'POST'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent: ClientRequest = (url.startsWith('https') ? requestHttps : requestHttp)(url, {
    method,
    headers: { 'content-length': '1000', ...headers },
    rejectUnauthorized: false,
  })
  sent.on('response', async response => resolve({ status: response.statusCode, body: await text(response) }))
  sent.on('error', reject)
  sent.flushHeaders()
  return promise.finally(() => sent.destroy())
}

const ports: Record<string, () => Promise<string>> = {
  registry: async () => `${(await registryForTest()).url}/v2/team/app/blobs/uploads/`,
  kubernetes: async () => {
    const folder = await testFolder()
    const api = await startKubernetes({ dataDir: join(folder, 'data'), kubeconfigPath: join(folder, 'k'), crds: [] })
    onTestFinished(() => api.close())
    return `${api.url}/api/v1/namespaces`
  },
  webhook: async () => {
    const accept = async () => ({ statusCode: 202 })
    const webhook = await serveWebhook(0, { webhook: accept, metrics: accept })
    onTestFinished(() => webhook.close())
    return `http://127.0.0.1:${webhook.port}/webhook/harbor`
  },
  aws: async () => (await testAws()).endpoint,
  dynamodb: async () => {
    const dynamodb = await startDynamodb({ dataDir: await testFolder(), accessKey })
    onTestFinished(() => dynamodb.close())
    return dynamodb.endpoint
  },
}

describe.each(Object.entries(ports))('the %s port', (_, start) => {
  it('T9 refuses a page that has pointed its own name at 127.0.0.1, before it reads a body', async () => {
    const url = await start()
    const { port } = new URL(url)

    const answers = await Promise.all(
      [`attacker.example:${port}`, 'attacker.example', `127.0.0.1.attacker.example:${port}`, '10.0.0.1'].map(host =>
        answerWithoutBody(url, { host }),
      ),
    )

    for (const answer of answers)
      expect(answer).toEqual({ status: 403, body: 'this endpoint answers to loopback names only\n' })
  })

  it('T9 refuses what a web page sends to 127.0.0.1 outright, also a page of another port', async () => {
    const url = await start()

    const answers = await Promise.all(
      ['http://attacker.example', 'null', 'http://127.0.0.1:1', new URL(url).origin].map(origin =>
        answerWithoutBody(url, { origin, 'content-type': 'text/plain' }),
      ),
    )

    for (const answer of answers)
      expect(answer).toEqual({ status: 403, body: 'this endpoint does not answer to web pages\n' })
  })

  it('answers a program by every loopback address and by localhost', async () => {
    const url = await start()
    const { port } = new URL(url)

    const answers = await Promise.all(
      [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `127.0.0.2:${port}`].map(host =>
        answerWithoutBody(url, { host, 'content-length': '0' }, 'GET'),
      ),
    )

    for (const answer of answers) expect(answer.body).not.toContain('this endpoint')
  })
})

it('T9 keeps nothing of an upload that a web page began', async () => {
  const dataDir = await testFolder()
  const registry = await registryForTest({ dataDir })
  const filesBefore = await readdir(dataDir, { recursive: true })

  const response = await fetch(`${registry.url}/v2/evil/x/blobs/uploads/`, {
    method: 'POST',
    headers: { origin: 'http://attacker.example', 'content-type': 'text/plain' },
    body: 'x'.repeat(1000),
  })

  expect(response.status).toBe(403)
  expect(await readdir(dataDir, { recursive: true })).toEqual(filesBefore)
})
