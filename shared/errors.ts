/**
 * The error families every layer speaks. Adapters translate foreign errors into these at their edge and keep the
 * original in `cause`; nothing outside an adapter looks at a message to decide.
 */
export abstract class ShelflifeError extends Error {
  /** HTTP status with which a route answers this error. */
  abstract readonly httpStatus: number
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** Can never succeed: a malformed event, policy, reference or setting. Logged and dropped, never retried. */
export class InvalidInputError extends ShelflifeError {
  readonly httpStatus: number = 400
}

/** What is wrong: the credential was refused (401), there is none to give, or it may not do this (403). */
export type DeniedKind = 'authentication' | 'missing' | 'permission'

/** Credentials or rights are wrong. Recorded as the outcome of the work. */
export class AccessDeniedError extends ShelflifeError {
  readonly httpStatus = 502
  readonly kind: DeniedKind
  constructor(message: string, { kind = 'permission', ...options }: ErrorOptions & { kind?: DeniedKind } = {}) {
    super(message, options)
    this.kind = kind
  }
}

/** A cluster is another installation's, which alone may work there. */
export class OtherOwnerError extends AccessDeniedError {}

/**
 * A record of our own table is none that can be read: whatever it is of is left alone, and everything else goes on.
 * Raises the alarm.
 */
export class UnreadableRecordError extends ShelflifeError {
  readonly httpStatus = 500
  /** Partition key and sort key of the item, with a space between. */
  readonly key: string
  /** `expected` says what the record lacks, in the words of its schema. */
  constructor(key: string, expected: string, options?: ErrorOptions) {
    super(`record ${key} cannot be read: ${expected}; mend that item of the table, or delete it`, options)
    this.key = key
  }
}

/** A thing that must exist does not. */
export class NotFoundError extends ShelflifeError {
  readonly httpStatus = 404
}

/** A conditional write lost; `current` is the record that won, read back where the store did not send it. */
export class ConflictError extends ShelflifeError {
  readonly httpStatus = 409
  readonly current: unknown
  constructor(message: string, options: ErrorOptions & { current?: unknown } = {}) {
    super(message, options)
    this.current = options.current
  }
}

/** Another write of a record of our own table came first. The message has the key of the record. */
export class RecordConflictError extends ConflictError {}

/** Which step failed, so that a status can name the reason the on-call engineer needs. */
export type UnavailableKind = 'dns' | 'network' | 'tls' | 'timeout' | 'rate-limited' | 'server'

interface Unavailability {
  readonly kind: UnavailableKind
  readonly retryAfterMs?: number | undefined
  /** Of a host that kept the line and sent nothing, or next to nothing, in words: `sent nothing for 15 s`. */
  readonly stalled?: string | undefined
  /** Nothing was sent, since the host had asked to wait: no try was made. */
  readonly isUnsent?: boolean | undefined
  /** The caller's own limit of time ended it, which says nothing of the host. */
  readonly isOverdue?: boolean | undefined
}

/** Timeout, 408, 429 or 5xx: worth trying again, not before `retryAfterMs` (milliseconds, absent when the server did not say). */
export class UnavailableError extends ShelflifeError implements Unavailability {
  readonly httpStatus = 503
  readonly kind: UnavailableKind
  readonly retryAfterMs: number | undefined
  readonly stalled: string | undefined
  readonly isUnsent: boolean
  readonly isOverdue: boolean
  constructor(message: string, options: ErrorOptions & Unavailability) {
    super(message, options)
    this.kind = options.kind
    this.retryAfterMs = options.retryAfterMs
    this.stalled = options.stalled
    this.isUnsent = options.isUnsent ?? false
    this.isOverdue = options.isOverdue ?? false
  }
}

/** A part of a plan exceeds what a sweep may delete unasked: it is left out until a person approves. Raises the alarm. */
export class SafetyLimitError extends ShelflifeError {
  readonly httpStatus = 409
}

/** What a workload runs cannot be pulled any more. Never thrown: logged, so that the alarm rings. */
export class ImageInDangerError extends ShelflifeError {
  readonly httpStatus = 404
}

/** Our own state did not answer or refused: the invocation fails and is tried again. */
export class StoreUnavailableError extends UnavailableError {}
