import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { servePod } from '../../../cli/embedded/pod-server.ts'

const kibibyte = 1024

async function started() {
  const pod = { works: false }
  const bodies: Record<string, number> = {}
  const handler =
    (name: string) =>
    async ({ rawPath, body = '' }: { readonly rawPath: string; readonly body?: string }) => {
      bodies[rawPath] = Buffer.from(body, 'base64').length
      return { statusCode: 200, body: name }
    }
  const server = await servePod(0, { webhook: handler('webhook'), metrics: handler('metrics') }, () => pod.works)
  onTestFinished(() => server.close())
  const url = `http://127.0.0.1:${server.port}`
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${url}${path}`, { headers: { origin: 'https://example.com' }, ...init })
    return [response.status, (await response.text()).trim()]
  }
  return { pod, bodies, ask, url }
}

/** One that says it has more to send and does not. */
function stalled(url: string, path = '/webhook/harbor'): ClientRequest {
  const sent = request(`${url}${path}`, { method: 'POST', headers: { 'content-length': 1000 } })
  sent.on('error', () => undefined)
  sent.write('{')
  onTestFinished(() => void sent.destroy())
  return sent
}

const post = (bytes: number): RequestInit => ({ method: 'POST', body: new Uint8Array(bytes) })

it('answers probes, scrapes and webhooks by whatever name it is reached', async () => {
  const { pod, ask } = await started()

  const before = await ask('/readyz')
  pod.works = true
  const answers = [await ask('/readyz'), await ask('/livez'), await ask('/metrics'), await ask('/webhook/harbor')]

  expect(before).toEqual([503, 'starts or ends'])
  expect(answers).toEqual([
    [200, 'works'],
    [200, 'lives'],
    [200, 'metrics'],
    [200, 'webhook'],
  ])
})

describe('a body', () => {
  it('is not read where no webhook is: the handler answers without', async () => {
    const { bodies, ask, url } = await started()
    const waiting = stalled(url, '/other')

    const [answer] = (await once(waiting, 'response')) as [IncomingMessage]
    const put = await ask('/webhook/zot', { ...post(kibibyte), method: 'PUT' })
    const metrics = await ask('/metrics', post(kibibyte))

    expect([answer.statusCode, put, metrics]).toEqual([200, [200, 'webhook'], [200, 'metrics']])
    expect(bodies).toEqual({ '/other': 0, '/webhook/zot': 0, '/metrics': 0 })
  })

  it('is read up to what its sender sends at most', async () => {
    const { bodies, ask } = await started()

    const statuses = [
      await ask('/webhook/harbor', post(256 * kibibyte)),
      await ask('/webhook/quay', post(256 * kibibyte + 1)),
      await ask('/webhook/zot', post(5 * kibibyte * kibibyte)),
    ].map(([status]) => status)

    expect(statuses).toEqual([200, 413, 200])
    expect(bodies).toEqual({ '/webhook/harbor': 256 * kibibyte, '/webhook/zot': 5 * kibibyte * kibibyte })
  })

  it('is refused beside sixteen others, which go on, and taken once one of those has ended', async () => {
    const logged = vi.spyOn(console, 'error')
    onTestFinished(() => logged.mockRestore())
    const { ask, url } = await started()
    const others = Array.from({ length: 16 }, () => stalled(url))

    const refused = await vi.waitUntil(async () => {
      const answer = await ask('/webhook/harbor', post(1))
      return answer[0] === 503 && answer
    })
    const probed = await ask('/livez')
    others[0]?.destroy()
    await vi.waitUntil(async () => (await ask('/webhook/harbor', post(1)))[0] === 200)
    expect(logged).not.toHaveBeenCalled()
    others[1]?.end('}'.repeat(999))
    const [ended] = (await once(others[1] as ClientRequest, 'response')) as [IncomingMessage]

    expect(refused[1]).toContain('send it again')
    expect([probed[0], ended.statusCode]).toEqual([200, 200])
  })
})
