import { expect, it, onTestFinished } from 'vitest'
import { createHttpClient } from '../../../../shared/adapters/http/client.ts'
import { startScriptedServer } from './scripted-server.ts'

it('gives the socket of a HEAD back, so that the next request uses the same one', async () => {
  const sockets = new Set<unknown>()
  const server = await startScriptedServer((request, response) => {
    sockets.add(request.socket)
    response.setHeader('content-length', '5').end()
  })
  const client = createHttpClient({ trustedHosts: 'all', maxSockets: 1 })
  onTestFinished(() => client.close())

  for (let count = 0; count < 3; count++) await client.send({ method: 'HEAD', url: new URL(server.url) })

  expect(server.requests).toHaveLength(3)
  expect(sockets.size).toBe(1)
})
