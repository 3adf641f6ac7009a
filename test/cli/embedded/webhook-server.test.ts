import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { serveWebhook } from '../../../cli/embedded/webhook-server.ts'

const megabyte = 1024 * 1024

async function started() {
  const bodies: number[] = []
  const webhook = await serveWebhook(0, {
    webhook: async ({ body }) => {
      bodies.push(Buffer.from(body ?? '', 'base64').length)
      return { statusCode: 202 }
    },
    metrics: async () => ({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'up 1' }),
  })
  onTestFinished(() => webhook.close())
  return {
    bodies,
    metricsUrl: `http://127.0.0.1:${webhook.port}/metrics`,
    url: `http://127.0.0.1:${webhook.port}/webhook/harbor`,
  }
}

/** Sends as fast as it is taken until it is answered; no Content-Length says how much it will be. */
async function sendUntilAnswered(url: string, patienceBytes: number) {
  const { promise: ended, resolve: end } = Promise.withResolvers<number | undefined>()
  const sent = request(url, { method: 'POST' }, response => end(response.resume().statusCode))
  sent.on('error', () => end(undefined))
  let isEnded = false
  ended.finally(() => {
    isEnded = true
  })
  for (let sentBytes = 0; !isEnded && sentBytes < patienceBytes; sentBytes += megabyte)
    if (!sent.write(Buffer.alloc(megabyte))) await Promise.race([new Promise(done => sent.once('drain', done)), ended])
  if (!isEnded) end(undefined)
  sent.destroy()
  return ended
}

it('T9 refuses a body over the limit while it streams', async () => {
  const { bodies, url } = await started()

  const status = await sendUntilAnswered(url, 80 * megabyte)

  expect(status).toBe(413)
  expect(bodies).toEqual([])
})

it('takes a body below the limit, with and without its length', async () => {
  const { bodies, url } = await started()
  const body = new Uint8Array(5 * megabyte)

  const known = await fetch(url, { method: 'POST', body })
  const stream = new Blob([body]).stream()
  const streamed = await fetch(url, { method: 'POST', body: stream, duplex: 'half' } as RequestInit)

  expect([known.status, streamed.status]).toEqual([202, 202])
  expect(bodies).toEqual([body.length, body.length])
})

it('gives scrapes to the handler of metrics, and nothing else', async () => {
  const { bodies, url, metricsUrl } = await started()

  const scraped = await fetch(metricsUrl)
  const told = await fetch(url, { method: 'POST', body: 'a push' })

  expect([scraped.status, scraped.headers.get('content-type'), await scraped.text()]).toEqual([
    200,
    'text/plain',
    'up 1',
  ])
  expect([told.status, bodies]).toEqual([202, ['a push'.length]])
})

it('sends what a handler has compressed as the bytes that they are', async () => {
  const text = 'up 1\n'.repeat(500)
  const packed = async () => ({
    statusCode: 200,
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(text).toString('base64'),
    isBase64Encoded: true,
  })
  const server = await serveWebhook(0, { webhook: packed, metrics: packed })
  onTestFinished(() => server.close())

  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)

  expect(await answer.text()).toBe(text)
})
