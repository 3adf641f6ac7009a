import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { Hono, type Context as HttpContext } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { metricsRoute } from '../../shared/wiring.ts'
import { type Listening, serveOnLoopback } from './aws/listen.ts'
import { invocationContext } from './invocation-context.ts'

/** Lambda refuses larger requests before the function sees them. */
const maxRequestBytes = 6 * 1024 * 1024

type UrlHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

export interface UrlHandlers {
  readonly webhook: UrlHandler
  readonly metrics: UrlHandler
}

/** Serves the handlers to this machine alone. */
export const serveWebhook = (port: number, handlers: UrlHandlers): Promise<Listening> =>
  serveOnLoopback(webhookApp(handlers), port, 'the webhook')

interface RequestLine {
  readonly method: string
  readonly path: string
}

/** As the handlers see it. */
export const requestLineOf = (c: HttpContext): RequestLine => ({
  method: c.req.method,
  path: new URL(c.req.url).pathname,
})

/**
 * Gives requests to the handlers as Function URLs would: scrapes to that of metrics, and all else to that of the webhook. Of a
 * body that may have no bytes nothing is read: the handler gets none, and refuses.
 */
export function webhookApp(handlers: UrlHandlers, maxBytesOf = (_: RequestLine): number => maxRequestBytes): Hono {
  const app = new Hono()
  app.onError((error, c) => {
    if (!isBrokenOff(error)) console.error(error)
    return c.json({ message: 'an error of our own' }, 500)
  })
  const onError = (c: HttpContext) => c.json({ message: 'request too large' }, 413)
  app.use(async (c, next) => {
    const maxSize = maxBytesOf(requestLineOf(c))
    // While it streams: without a Content-Length the size is not known before.
    return maxSize === 0 ? next() : bodyLimit({ maxSize, onError })(c, next)
  })
  app.all('*', async c => {
    const body = Buffer.from(maxBytesOf(requestLineOf(c)) === 0 ? new ArrayBuffer() : await c.req.arrayBuffer())
    const url = new URL(c.req.url)
    const event = {
      version: '2.0',
      rawPath: url.pathname,
      rawQueryString: url.search.slice(1),
      headers: c.req.header(),
      body: body.toString('base64'),
      isBase64Encoded: true,
      requestContext: { http: { method: c.req.method, path: url.pathname } },
    } as APIGatewayProxyEventV2
    const name = url.pathname === metricsRoute ? 'metrics' : 'webhook'
    const result = await handlers[name](event, invocationContext(name))
    const { statusCode = 200, headers = {}, body: text, isBase64Encoded = false } = result
    const answer = isBase64Encoded ? Buffer.from(text ?? '', 'base64') : text
    const sent = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
    return new Response(answer ?? null, { status: statusCode, headers: sent })
  })
  return app
}

/** A sender that went away, or was too slow: nobody reads the answer, and a log full of it would help nobody. */
const isBrokenOff = (error: Error): boolean => 'code' in error && error.code === 'ECONNRESET'
