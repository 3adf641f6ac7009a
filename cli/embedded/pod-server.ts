import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { maxBodyBytesOf } from '../../functions/webhook/body-limit.ts'
import { closeServer, type Listening, listenOn } from './aws/listen.ts'
import { requestLineOf, type UrlHandlers, webhookApp } from './webhook-server.ts'

/** What the probes of a Pod ask. */
export const probePaths = { live: '/livez', ready: '/readyz' } as const

/** Whoever reaches the Pod can send, and what is sent lies in its memory before a secret can be looked for in it. */
const bodiesAtOnce = 16
/** For a whole request, and between looks for those that took longer. */
const [requestTimeout, connectionsCheckingInterval] = [10_000, 1000]

/**
 * Serves the handlers, which check secrets themselves, on all addresses of the machine, and to the probes whether the process
 * lives and whether it works.
 */
export async function servePod(port: number, handlers: UrlHandlers, isReady: () => boolean): Promise<Listening> {
  const app = new Hono()
  app.get(probePaths.live, c => c.text('lives\n'))
  app.get(probePaths.ready, c => (isReady() ? c.text('works\n') : c.text('starts or ends\n', 503)))
  app.use(fewBodiesAtOnce())
  app.route('/', webhookApp(handlers, maxBodyBytesOf))
  const patience = { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval }
  const server = createServer(patience, getRequestListener(app.fetch))
  const bound = await listenOn(server, port, 'the webhook')
  return { port: bound, close: () => closeServer(server) }
}

/** Senders repeat what is refused so. */
function fewBodiesAtOnce() {
  let current = 0
  return createMiddleware(async (c, next) => {
    if (maxBodyBytesOf(requestLineOf(c)) === 0) return next()
    if (current >= bodiesAtOnce)
      return c.json({ message: `expected at most ${bodiesAtOnce} requests at once; send it again` }, 503, {
        'retry-after': '1',
      })
    current += 1
    try {
      await next()
    } finally {
      current -= 1
    }
  })
}
