import { gzipSync } from 'node:zlib'
import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { ShelflifeError, UnavailableError } from '../../shared/errors.ts'
import type { FunctionName } from '../../shared/wiring.ts'
import { type HttpRequest, parseHttpEvent } from './http-event.ts'
import { type Invocation, lambdaHandler } from './lambda-handler.ts'

/** Answered as JSON, `{"message": …}`, or as the text that it is. */
type HttpAnswer = { readonly statusCode: number } & (
  | { readonly message: string }
  | { readonly text: string; readonly contentType: string }
)

/** The handler of a function behind a Function URL or an API: requests and answers without the form that Lambda gives them. */
export const httpHandler = (
  name: FunctionName,
  handle: (request: HttpRequest, invocation: Invocation) => Promise<HttpAnswer>,
) =>
  lambdaHandler<APIGatewayProxyEventV2 | APIGatewayProxyEvent, APIGatewayProxyStructuredResultV2>(
    name,
    async (event, invocation) => {
      const request = parseHttpEvent(event)
      return packed(resultOf(await handle(request, invocation)), request.headers)
    },
  ).use(errorsToAnswers)

const leastPacked = 1024

/** Compressed for who takes that: Lambda hands out six megabytes at most, and text of metrics shrinks to a tenth and less. */
function packed(result: ReturnType<typeof resultOf>, { 'accept-encoding': accepted = '' }: HttpRequest['headers']) {
  if (result.body.length < leastPacked || !/\bgzip\b(?!;q=0(\.0*)?(,|$))/.test(accepted.replaceAll(' ', '')))
    return result
  return {
    ...result,
    headers: { ...result.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' },
    body: gzipSync(result.body).toString('base64'),
    isBase64Encoded: true,
  }
}

/** Who calls may be a stranger: what is not their doing is named by its class alone, and stands in the log. */
const errorsToAnswers: MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2> = {
  onError: request => {
    const { error } = request
    const statusCode = error instanceof ShelflifeError ? error.httpStatus : 500
    const message = statusCode < 500 && error ? error.message : messages[statusCode]
    const result = resultOf({ statusCode, message: message ?? 'an error of our own' })
    request.response = { ...result, headers: { ...result.headers, ...retryAfterOf(error) } }
  },
}

const messages: Readonly<Record<number, string>> = {
  502: 'something behind this address refuses what it needs',
  503: 'something behind this address does not answer; send it again',
}

const retryAfterOf = (error: unknown): Record<string, string> =>
  error instanceof UnavailableError && error.retryAfterMs !== undefined
    ? { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)) }
    : {}

const resultOf = ({ statusCode, ...answer }: HttpAnswer) => ({
  statusCode,
  headers: { 'content-type': 'text' in answer ? answer.contentType : 'application/json' },
  body: 'text' in answer ? answer.text : JSON.stringify(answer),
})
