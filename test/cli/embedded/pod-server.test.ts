import { expect, it } from 'vitest'
import { servePod } from '../../../cli/embedded/pod-server.ts'

const handler = (name: string) => async () => ({ statusCode: 200, body: name })

it('answers probes, scrapes and webhooks by whatever name it is reached', async () => {
  let works = false
  const handlers = { webhook: handler('webhook'), metrics: handler('metrics') }
  const server = await servePod(0, handlers, () => works)
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      headers: { origin: 'https://example.com' },
    })
    return [response.status, (await response.text()).trim()]
  }

  const before = await ask('/readyz')
  works = true
  const answers = [await ask('/readyz'), await ask('/livez'), await ask('/metrics'), await ask('/webhook/harbor')]
  await server.close()

  expect(before).toEqual([503, 'starts or ends'])
  expect(answers).toEqual([
    [200, 'works'],
    [200, 'lives'],
    [200, 'metrics'],
    [200, 'webhook'],
  ])
})
