import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { closeServer, type Listening, listenOn } from './aws/listen.ts'
import { type UrlHandlers, webhookApp } from './webhook-server.ts'

/** What the probes of a Pod ask. */
export const probePaths = { live: '/livez', ready: '/readyz' } as const

/**
 * Serves the handlers, which check secrets themselves, on all addresses of the machine, and to the probes whether the process
 * lives and whether it works.
 */
export async function servePod(port: number, handlers: UrlHandlers, isReady: () => boolean): Promise<Listening> {
  const app = new Hono()
  app.get(probePaths.live, c => c.text('lives\n'))
  app.get(probePaths.ready, c => (isReady() ? c.text('works\n') : c.text('starts or ends\n', 503)))
  app.route('/', webhookApp(handlers))
  const server = createServer(getRequestListener(app.fetch))
  const bound = await listenOn(server, port, 'the webhook')
  return { port: bound, close: () => closeServer(server) }
}
