import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { Hono } from 'hono'
import { type Listening, serveOnLoopback } from './aws/listen.ts'

interface HandlerResult {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** Lambda refuses larger requests before the function sees them. */
const maxRequestBytes = 6 * 1024 * 1024

/** Gives requests to the webhook's handler as a Function URL would. */
export function serveWebhook(
  port: number,
  handler: (event: APIGatewayProxyEventV2) => Promise<HandlerResult>,
): Promise<Listening> {
  const app = new Hono()
  app.all('*', async c => {
    if (Number(c.req.header('content-length') ?? 0) > maxRequestBytes)
      return c.json({ message: 'request too large' }, 413)
    const body = Buffer.from(await c.req.arrayBuffer())
    const url = new URL(c.req.url)
    const {
      statusCode,
      headers,
      body: answer,
    } = await handler({
      version: '2.0',
      rawPath: url.pathname,
      rawQueryString: url.search.slice(1),
      headers: c.req.header(),
      body: body.toString('base64'),
      isBase64Encoded: true,
      requestContext: { http: { method: c.req.method, path: url.pathname } },
    } as APIGatewayProxyEventV2)
    return new Response(answer, { status: statusCode, headers })
  })
  return serveOnLoopback(app, port, 'the webhook')
}
