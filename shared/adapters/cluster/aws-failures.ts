import { AccessDeniedError, ShelflifeError, UnavailableError } from '../../errors.ts'
import { errorName, translateAwsError } from '../http/aws-errors.ts'

/**
 * AWS's refusal or silence on the way to a cluster. Never that something is not there, or that it is not to be tried again:
 * a cluster that is not known to have answered must not be taken for one without workloads.
 */
export function errorOfAws(what: string, error: unknown, service: string): ShelflifeError {
  const name = errorName(error)
  const cause = { cause: error }
  if (error instanceof ShelflifeError)
    return error instanceof AccessDeniedError || error instanceof UnavailableError ? error : unusable(what, error)
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name))
    return new AccessDeniedError(`${what}: expected credentials, found none: ${messageOf(error)}`, cause)
  if (name.startsWith('ExpiredToken'))
    return new AccessDeniedError(`${what}: expected credentials that are good, got expired ones; log in again`, cause)
  if (/^(InvalidSignature|SignatureDoesNotMatch|RequestExpired|RequestTimeTooSkewed)/.test(name))
    return new AccessDeniedError(`${what}: expected a good signature, got ${name}; see that the clock is right`, cause)
  const translated = translateAwsError(what, error, service)
  return translated instanceof AccessDeniedError || translated instanceof UnavailableError
    ? translated
    : unusable(what, error)
}

/** The SDK's words of where it looked for credentials name files and profiles, and no secret. */
const messageOf = (error: unknown): string => (error instanceof Error ? error.message.split('\n')[0] : '') ?? ''

const unusable = (what: string, error: unknown): UnavailableError =>
  new UnavailableError(`${what}: expected an answer, got ${errorName(error)}: ${messageOf(error)}`, {
    kind: 'server',
    cause: error,
  })
