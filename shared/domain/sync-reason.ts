import {
  AccessDeniedError,
  ConflictError,
  type DeniedKind,
  InvalidInputError,
  NotFoundError,
  ShelflifeError,
  StoreUnavailableError,
  UnavailableError,
  type UnavailableKind,
  UnreadableRecordError,
} from '../errors.ts'

const unavailableReasons: Readonly<Record<UnavailableKind, string>> = {
  dns: 'DNSFailed',
  network: 'NetworkError',
  tls: 'TLSFailed',
  timeout: 'Timeout',
  'rate-limited': 'RateLimited',
  server: 'RegistryUnavailable',
}

const deniedReasons: Readonly<Record<DeniedKind, string>> = {
  authentication: 'AuthenticationFailed',
  missing: 'CredentialsMissing',
  permission: 'PermissionDenied',
}

/** The condition reason for an error of a registry; `InternalError` for anything that no family names. */
export function syncReasonOf(error: unknown): string {
  if (error instanceof UnavailableError) return unavailableReasons[error.kind]
  if (error instanceof NotFoundError) return 'RepositoryNotFound'
  if (error instanceof AccessDeniedError) return deniedReasons[error.kind]
  if (error instanceof UnreadableRecordError) return 'RecordUnreadable'
  if (error instanceof InvalidInputError) return 'UnexpectedAnswer'
  return 'InternalError'
}

/** True for what a registry did or refused: recorded as the outcome of a sync. Lost races and our own state are not. */
export const isRegistryOutcome = (error: unknown): error is ShelflifeError =>
  error instanceof ShelflifeError && !(error instanceof StoreUnavailableError) && !(error instanceof ConflictError)

/**
 * True for such an outcome of a request that can be done without. A registry that asks for fewer requests is not asked on,
 * whatever for.
 */
export const isPassedOver = (error: unknown): boolean =>
  isRegistryOutcome(error) && !(error instanceof UnavailableError && error.kind === 'rate-limited')
