import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { servePod } from '../../../cli/embedded/pod-server.ts'

it('ends a request that does not arrive whole in ten seconds', async () => {
  const handler = async () => ({ statusCode: 200 })
  const server = await servePod(0, { webhook: handler, metrics: handler }, () => true)
  onTestFinished(() => server.close())
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')

  socket.write('POST /webhook/harbor HTTP/1.1\r\nhost: pod\r\ncontent-length: 1000\r\n\r\n{')

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /)
}, 30_000)
