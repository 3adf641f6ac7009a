import type { JsonObject } from './kubernetes-object.ts'

export interface StatusCause {
  reason: string
  message: string
  field: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: StatusCause[]
}

/** How messages name a resource: `repositories.image.theriseunion.io`, and `pods` for the core group. */
export interface NamedResource {
  group: string
  plural: string
  kind: string
}

/** An answer that is a Status of failure, with the words of the real server. */
export class StatusError extends Error {
  readonly code: number
  readonly reason: string | undefined
  readonly details: StatusDetails | undefined
  /** Texts for the Warning header, which comes with a refusal too. */
  readonly warnings: string[] = []
  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails) {
    super(message)
    this.name = 'StatusError'
    this.code = code
    this.reason = reason
    this.details = details
  }

  toJSON(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason && { reason: this.reason }),
      ...(this.details && { details: JSON.parse(JSON.stringify(this.details)) }),
      code: this.code,
    }
  }
}

function qualified(group: string, name: string): string {
  return group ? `${name}.${group}` : name
}

function detailsOf(resource: NamedResource, name: string): StatusDetails {
  return { name, ...(resource.group && { group: resource.group }), kind: resource.plural }
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message)
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized')
}

export function notFound(resource: NamedResource, name: string): StatusError {
  const message = `${qualified(resource.group, resource.plural)} "${name}" not found`
  return new StatusError(404, 'NotFound', message, detailsOf(resource, name))
}

export function alreadyExists(resource: NamedResource, name: string): StatusError {
  const message = `${qualified(resource.group, resource.plural)} "${name}" already exists`
  return new StatusError(409, 'AlreadyExists', message, detailsOf(resource, name))
}

/** A stale resourceVersion, or another precondition that does not hold. */
export function conflict(
  resource: NamedResource,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource.group, resource.plural)} "${name}": ${why}`
  return new StatusError(409, 'Conflict', message, detailsOf(resource, name))
}

export function forbidden(resource: NamedResource, name: string, why: string): StatusError {
  const message = `${qualified(resource.group, resource.plural)} "${name}" is forbidden: ${why}`
  return new StatusError(403, 'Forbidden', message, detailsOf(resource, name))
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message)
}

export function unsupportedMediaType(message: string): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', message)
}

/** `invalid` for what a schema refuses (named by kind) and for what storage refuses (named by plural). */
export function invalid(group: string, kind: string, name: string, causes: StatusCause[]): StatusError {
  const texts = [...new Set(causes.map(cause => `${cause.field}: ${cause.message}`))]
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const message = `${qualified(group, kind)} "${name}" is invalid: ${list}`
  return new StatusError(422, 'Invalid', message, {
    ...(name && { name }),
    ...(group && { group }),
    ...(kind && { kind }),
    causes,
  })
}

export function requiredValue(field: string, hint = ''): StatusCause {
  return { reason: 'FieldValueRequired', field, message: `Required value${hint && `: ${hint}`}` }
}

/** A value that is refused; leave `value` out for objects, whose content is not repeated. */
export function invalidValue(field: string, why: string, value?: unknown): StatusCause {
  const shown = value === undefined ? '' : `${JSON.stringify(value)}: `
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${shown}${why}` }
}
