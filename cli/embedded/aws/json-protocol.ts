import type * as z from 'zod'
import { issueText } from '../../../shared/domain/issue-text.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { AwsError } from './aws-error.ts'

/** One operation: parses the input it was sent, does the work, and returns the output as it goes on the wire. */
export type Action = (input: unknown, call: CallContext) => unknown

export interface CallContext {
  /** Aborted when the caller has gone or the endpoint closes. */
  readonly signal: AbortSignal
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly endpoint: string
}

/** A service that speaks AWS JSON 1.0 or 1.1: one POST per call, the operation named in `X-Amz-Target`. */
export interface JsonService {
  /** What stands before the dot in `X-Amz-Target`. */
  readonly target: string
  /** The Smithy namespace in front of the names of its errors. */
  readonly namespace: string
  /** The error that a malformed input is answered with. */
  readonly validationCode: string
  /** It spoke the older query protocol before, and keeps its codes. */
  readonly isQueryCompatible?: boolean
  readonly actions: Readonly<Record<string, Action>>
}

/** An action whose input is parsed by a schema; what does not fit it is answered as a validation error. */
export const action =
  <S extends z.ZodType>(schema: S, perform: (input: z.output<S>, call: CallContext) => unknown): Action =>
  (input, call) => {
    const parsed = schema.safeParse(input)
    if (!parsed.success) throw new InvalidInputError(issueText(parsed.error, input, 'the request'))
    return perform(parsed.data, call)
  }

export interface JsonCall {
  readonly targetHeader: string
  readonly contentType: string
  readonly body: string
  readonly context: CallContext
  /** Told of calls to a service that is not there and of failures that are no answer of AWS. */
  readonly onUnhandled: (error: Error) => void
}

export const answerJsonCall = async (services: readonly JsonService[], call: JsonCall): Promise<Response> => {
  const [, operation] = call.targetHeader.split('.', 2)
  const service = serviceOf(services, call.targetHeader)
  try {
    const perform = operation === undefined ? undefined : service?.actions[operation]
    if (!perform) throw unknownOperation(call)
    const output = await perform(parseBody(call.body), call.context)
    return new Response(JSON.stringify(output ?? {}), { headers: headersOf(call.contentType) })
  } catch (error) {
    return errorResponse(toAwsError(error, service, call), service, call.contentType)
  }
}

export const serviceOf = (services: readonly JsonService[], targetHeader: string): JsonService | undefined =>
  services.find(({ target }) => target === targetHeader.split('.', 1)[0])

const unknownOperation = (call: JsonCall): AwsError => {
  const message = `${call.targetHeader} is not served by the embedded AWS endpoint`
  call.onUnhandled(new Error(message))
  return new AwsError('UnknownOperationException', message)
}

const parseBody = (body: string): unknown => {
  try {
    return JSON.parse(body === '' ? '{}' : body)
  } catch {
    throw new AwsError('SerializationException', 'the request body is not JSON')
  }
}

const toAwsError = (error: unknown, service: JsonService | undefined, call: JsonCall): AwsError => {
  if (error instanceof AwsError) return error
  const validationCode = service?.validationCode ?? 'ValidationException'
  if (error instanceof InvalidInputError) return new AwsError(validationCode, error.message)
  call.onUnhandled(error instanceof Error ? error : new Error(String(error)))
  return new AwsError('InternalFailure', 'the embedded AWS endpoint failed; its log says why', { status: 500 })
}

const headersOf = (contentType: string): Record<string, string> => ({
  'content-type': contentType,
  'x-amzn-requestid': crypto.randomUUID(),
})

export const errorResponse = (error: AwsError, service: JsonService | undefined, contentType: string): Response => {
  const type = service ? `${service.namespace}#${error.code}` : error.code
  const headers = { ...headersOf(contentType), 'x-amzn-errortype': error.code }
  if (error.queryCode !== undefined) {
    Object.assign(headers, { 'x-amzn-query-error': `${error.queryCode};${error.status < 500 ? 'Sender' : 'Receiver'}` })
  }
  // Services spell the member both ways; the SDK takes either.
  return new Response(JSON.stringify({ __type: type, message: error.message, Message: error.message }), {
    status: error.status,
    headers,
  })
}
