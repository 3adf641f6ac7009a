import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { expect, it, vi } from 'vitest'
import { createEventPublisher } from '../../../../shared/adapters/events/event-publisher.ts'
import { clientOptions } from '../../../cli/embedded/aws/embedded-aws.ts'
import { startScriptedServer } from '../http/scripted-server.ts'

const hintsOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ registry: 'registry.example.com', repository: `team/app${at}` }))

it('sends batches side by side: the sender of the webhook waits for all of them', async () => {
  const waiting: (() => void)[] = []
  const bus = await startScriptedServer((request, response) => {
    request.resume()
    waiting.push(() => response.end('{"FailedEntryCount":0,"Entries":[]}'))
  })
  const publisher = createEventPublisher(new EventBridgeClient(clientOptions(bus.url)), 'bus')

  const published = publisher.publishEvents('ImagePushed', hintsOf(95))
  await vi.waitFor(() => expect(waiting).toHaveLength(10))
  for (const answer of waiting) answer()
  await published

  expect(bus.requests).toHaveLength(10)
})

it('fails when the bus refuses an event of any batch', async () => {
  const bus = await startScriptedServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const refused = Buffer.concat(chunks).toString().includes('app25\\"') ? 1 : 0
      response.end(JSON.stringify({ FailedEntryCount: refused, Entries: [] }))
    })
  })
  const publisher = createEventPublisher(new EventBridgeClient(clientOptions(bus.url)), 'bus')

  await expect(publisher.publishEvents('ImagePushed', hintsOf(40))).rejects.toThrow('the bus refused 1 events')
})
