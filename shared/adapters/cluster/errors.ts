import * as z from 'zod'
import {
  AccessDeniedError,
  ConflictError,
  InvalidInputError,
  NotFoundError,
  type ShelflifeError,
  UnavailableError,
  type UnavailableKind,
} from '../../errors.ts'
import { connectionFailure, unavailableKindOf } from '../http/failures.ts'

const statusObject = z.object({
  kind: z.literal('Status'),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z.object({ causes: z.array(z.object({ field: z.string().optional() })).optional() }).optional(),
})

/**
 * What an API server answered instead of success. Carries the machine-readable parts of the Status object and never
 * its message, which quotes values of the request, but the names of fields.
 */
export class ApiAnswerError extends Error {
  readonly status: number
  /** The Status object's `reason` (`NotFound`, `AlreadyExists`); absent when the answer was no Status object. */
  readonly reason: string | undefined
  /** The fields a 422 names: `spec.tag`; without the server's `<nil>` for no field in particular. */
  readonly fields: readonly string[]
  /** The fields of an applied status that the definition of its kind does not declare: `conditions.reason`. */
  readonly undeclared: readonly string[]
  /** By its own clock; absent where it did not tell. */
  readonly answeredAt: Date | undefined

  constructor(status: number, body: unknown, answeredAt?: Date) {
    super(`the API server answered ${status}`)
    this.name = 'ApiAnswerError'
    this.status = status
    this.answeredAt = answeredAt
    const parsed = statusObject.safeParse(body)
    this.reason = parsed.data?.reason
    this.undeclared = undeclaredIn(parsed.data?.message ?? '')
    this.fields =
      parsed.data?.details?.causes?.flatMap(({ field }) => (field?.startsWith('<') ? [] : (field ?? []))) ?? []
  }
}

/**
 * An apply is refused for them with 500 and a text alone. Which item of a list it is in is left out.
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/validate.go
 */
function undeclaredIn(message: string): string[] {
  const text = message.slice(0, longestMessage).replace(/\[(?:"(?:[^"\\]|\\.)*"|[^"\]])*\]/g, '')
  return Array.from(
    text.matchAll(/(?<=^|\s)\.status\.([\w.-]+): field not declared in schema/gm),
    ([, field = '']) => field,
  )
}

const longestMessage = 20_000

/** The call that failed, in words for a message: `cluster eu-1: list pods`. */
export interface FailedCall {
  readonly cluster: string
  readonly action: string
  /** What RBAC calls it: `list pods`. */
  readonly right?: string
  /** What to say of who grants it. */
  readonly grant?: string
  /** Who asks, for whom it is to be granted; default the user of its kubeconfig. */
  readonly user?: string
  /** Why who asks is nobody there; default that the credentials of its kubeconfig are to be renewed. */
  readonly refusal?: string
}

/** The error family of an answer other than 2xx. `retryAfterMs` is how long the server asks to be left alone, if it does. */
export function errorOfAnswer(call: FailedCall, answer: ApiAnswerError, retryAfterMs?: number): Error {
  const { status } = answer
  const said = `cluster ${call.cluster}: ${call.action}: the API server answered ${status}`
  const cause = { cause: answer }
  if (status === 401)
    return new AccessDeniedError(`${said}, ${call.refusal ?? 'renew the credentials of its kubeconfig'}`, cause)
  if (status === 403) return new AccessDeniedError(`${said}${forbiddenText(call)}`, cause)
  if (status === 404) return new NotFoundError(answer.reason === undefined ? `${said}, ${unserved}` : said, cause)
  if (status === 409) return new ConflictError(`${said} ${answer.reason ?? ''}`.trimEnd(), cause)
  const kind = kindOfAnswer(status)
  if (kind !== undefined) return new UnavailableError(said, { ...cause, kind, retryAfterMs })
  return new InvalidInputError(
    answer.fields.length > 0 ? `${said} for the fields ${answer.fields.join(', ')}` : said,
    cause,
  )
}

// A write is also refused with 403 by an admission policy, or in a namespace that is being deleted.
const forbiddenText = ({
  right = 'do this',
  grant = 'as infra/cluster/rbac.yaml does',
  user = 'the user of its kubeconfig',
}: FailedCall): string =>
  `, grant ${user} the right to ${right}, ${grant}${
    /^(get|list|watch) /.test(right) ? '' : ', or see which admission policy refuses it'
  }`

const unserved =
  'so it does not serve this kind: install the custom resource definitions, and see that the address is one of an API server'

/** The error for a call that got no answer, or half of one. `timedOut` tells an abort by our own deadline. */
export function errorOfTransport(call: FailedCall, host: string, error: unknown, timedOut: boolean): ShelflifeError {
  const what = `cluster ${call.cluster}: ${call.action} at ${host}`
  if (timedOut)
    return new UnavailableError(`${what}: expected an answer in time, got none`, { kind: 'timeout', cause: error })
  return connectionFailure(what, error)
}

/** The error for a 2xx whose body is not what the API promises: never to be read as an empty answer. */
export const errorOfGarbage = (call: FailedCall, expected: string, cause?: unknown): UnavailableError =>
  new UnavailableError(`cluster ${call.cluster}: ${call.action}: expected ${expected}, got something else`, {
    kind: 'server',
    cause,
  })

/** True when the server says that this one object does not exist; false for a path or kind that it does not serve. */
export const isObjectMissing = (error: unknown): boolean =>
  error instanceof NotFoundError && error.cause instanceof ApiAnswerError && error.cause.reason === 'NotFound'

/** What a refused apply named that is not declared; empty for any other failure. */
export const undeclaredFields = ({ cause }: { readonly cause?: unknown }): readonly string[] =>
  cause instanceof ApiAnswerError ? cause.undeclared : []

// 410 is an expired continue token; a redirect would carry the credentials elsewhere and is not followed.
const kindOfAnswer = (status: number): UnavailableKind | undefined =>
  unavailableKindOf(status) ?? (status >= 500 || status === 410 || status < 400 ? 'server' : undefined)
