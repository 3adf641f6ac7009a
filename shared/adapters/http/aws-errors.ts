import { AccessDeniedError, InvalidInputError, ShelflifeError, UnavailableError } from '../../errors.ts'
import { codeOf, connectionFailure } from './failures.ts'
import { retryAfterMsOf } from './retry-after.ts'

const denied =
  /^(AccessDenied.*|UnrecognizedClientException|InvalidClientTokenId|ExpiredToken.*|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature.*|MissingAuthenticationToken.*|NotAuthorized.*|OptInRequired|BlockedByOrganizationPolicyException|CredentialsProviderError|TokenProviderError|KmsException)$/
const throttled = /^(Throttling.*|TooManyRequestsException|RequestLimitExceeded|SlowDown|ThrottledException)$/
const server =
  /^(ServerException|InternalFailure|InternalServerError|ServiceUnavailable.*|UnableToGetUpstream.*|UnableToListUpstream.*)$/

/** The SDK's name of an error: `RepositoryNotFoundException`. Empty for what is no error. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : '')

/**
 * One of our families for any error of the AWS SDK, which has used up its own retries by then. `service` is where the
 * role's rights are to be checked: `ECR`.
 */
export function translateAwsError(what: string, error: unknown, service: string): Error {
  if (error instanceof ShelflifeError) return error
  const name = errorName(error)
  const message = `${what}: expected an answer, got ${name}`
  const options = { cause: error }
  if (denied.test(name)) return new AccessDeniedError(`${message}; check the role's rights in ${service}`, options)
  if (throttled.test(name)) return new UnavailableError(message, { ...options, ...waitOf(error), kind: 'rate-limited' })
  const isOverdue = /^(AbortError|TimeoutError)$/.test(name)
  if (isOverdue || name.startsWith('RequestTimeout'))
    return new UnavailableError(message, { ...options, kind: 'timeout', isOverdue })
  const status = statusOf(error)
  if (server.test(name) || status >= 500) return new UnavailableError(message, { ...options, kind: 'server' })
  if (status === 429) return new UnavailableError(message, { ...options, ...waitOf(error), kind: 'rate-limited' })
  if (codeOf(error) !== undefined) return connectionFailure(what, error)
  if (status >= 400) return new InvalidInputError(message, options)
  return error instanceof Error ? error : new Error(message, options)
}

/** How long AWS asks to wait, when an answer says that it gets too many calls; undefined for every other answer. */
export function throttleOf(answer: unknown): { readonly waitMs: number | undefined } | undefined {
  const isThrottled = answer instanceof Error && (throttled.test(errorName(answer)) || statusOf(answer) === 429)
  return isThrottled ? { waitMs: waitOf(answer).retryAfterMs } : undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function statusOf(error: unknown): number {
  const metadata = isRecord(error) ? error.$metadata : undefined
  return isRecord(metadata) && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : 0
}

function waitOf(error: unknown): { retryAfterMs: number | undefined } {
  const response = isRecord(error) ? error.$response : undefined
  const headers = isRecord(response) && isRecord(response.headers) ? response.headers : {}
  const text = headers['retry-after']
  return { retryAfterMs: typeof text === 'string' ? retryAfterMsOf({ 'retry-after': text }, new Date()) : undefined }
}
