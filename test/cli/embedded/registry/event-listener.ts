import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

const targetSchema = z.looseObject({
  repository: z.string(),
  tag: z.string().optional(),
  digest: z.string().optional(),
  mediaType: z.string().optional(),
})
const eventSchema = z.looseObject({
  action: z.string(),
  target: targetSchema,
  request: z.looseObject({ id: z.string() }),
})
const envelopeSchema = z.object({ events: z.array(eventSchema).length(1) })

type ReceivedEvent = z.infer<typeof eventSchema>

export interface EventListener {
  url: string
  port: number
  /** One per request that came, also of those that were refused. */
  headers: IncomingHttpHeaders[]
  /** What was taken, in the order it came. */
  events: ReceivedEvent[]
  /** The next requests are answered with these, one each, and then 200 again. */
  refusals: number[]
  close: () => Promise<void>
}

/** Takes registry notifications; `port` 0 is any free one. */
export const listenForEvents = async (port = 0): Promise<EventListener> => {
  const received: Pick<EventListener, 'headers' | 'events' | 'refusals'> = { headers: [], events: [], refusals: [] }
  const server = createServer(async (request, response) => {
    received.headers.push(request.headers)
    const [event] = envelopeSchema.parse(await json(request)).events
    const refusal = received.refusals.shift()
    if (!refusal && event) received.events.push(event)
    response.writeHead(refusal ?? 200).end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  onTestFinished(close)
  const address = z.object({ port: z.number() }).parse(server.address())
  return { ...received, url: `http://127.0.0.1:${address.port}/events`, port: address.port, close }
}
