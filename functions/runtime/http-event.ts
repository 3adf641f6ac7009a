import * as z from 'zod'
import { InvalidInputError } from '../../shared/errors.ts'

/** A request without the form that Lambda gives it. */
export interface HttpRequest {
  readonly method: string
  /** As the function knows it: without the name of a stage before it. */
  readonly path: string
  /** Names in lower case; of repeated ones the values, joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** Who called, as AWS saw it. */
  readonly sourceIp: string | undefined
}

const body = {
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().optional(),
}

/** Format 2.0: of Function URLs and HTTP APIs, which join repeated headers into one text. */
const format2 = z.object({
  ...body,
  headers: z.record(z.string(), z.string()),
  requestContext: z.object({
    stage: z.string().optional(),
    http: z.object({ method: z.string(), path: z.string(), sourceIp: z.string().optional() }),
  }),
})

/** Format 1.0: of REST APIs. Headers are spelled as the caller did, `headers` has the last of those that are repeated. */
const format1 = z.object({
  ...body,
  httpMethod: z.string(),
  path: z.string(),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).nullable(),
  requestContext: z.object({
    stage: z.string().optional(),
    identity: z.object({ sourceIp: z.string().optional() }).optional(),
  }),
})

/**
 * Reads the event of whatever API leads to a function.
 * @throws InvalidInputError for an event of another form
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function parseHttpEvent(event: unknown): HttpRequest {
  const second = format2.safeParse(event)
  if (second.success) {
    const { requestContext, headers, ...rest } = second.data
    const { method, path, sourceIp } = requestContext.http
    return {
      method,
      path: withoutStage(path, requestContext.stage),
      headers: lowerCased(Object.entries(headers)),
      body: bodyOf(rest),
      sourceIp,
    }
  }
  const first = format1.safeParse(event)
  if (!first.success) throw misfit(second.error)
  const { httpMethod, path, multiValueHeaders, requestContext, ...rest } = first.data
  const joined = Object.entries(multiValueHeaders ?? {}).map(([name, values]): [string, string] => [
    name,
    values.join(','),
  ])
  return {
    method: httpMethod,
    path: withoutStage(path, requestContext.stage),
    headers: lowerCased(joined),
    body: bodyOf(rest),
    sourceIp: requestContext.identity?.sourceIp,
  }
}

/** An HTTP API names the stage before the path, where it has one of a name; a REST API does where a test console calls. */
const withoutStage = (path: string, stage = '$default'): string =>
  stage !== '$default' && path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path

const lowerCased = (headers: readonly (readonly [string, string])[]): Record<string, string> =>
  Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))

const bodyOf = ({
  body,
  isBase64Encoded,
}: {
  readonly body?: string | null | undefined
  readonly isBase64Encoded?: boolean | undefined
}) => Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')

const misfit = (cause: z.ZodError): InvalidInputError =>
  cause.issues.some(({ path }) => path[0] === 'headers')
    ? new InvalidInputError('headers: expected a text for each name, got another form', { cause })
    : new InvalidInputError('event: expected an HTTP request of format 1.0 or 2.0, got another form', { cause })
