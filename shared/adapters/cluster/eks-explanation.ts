import { AccessDeniedError, UnavailableError } from '../../errors.ts'
import { ApiAnswerError, errorOfAnswer, type FailedCall } from './errors.ts'

interface Circumstances {
  /** Its address leads into its VPC. */
  readonly isPrivate: boolean
  /** Why it takes a token for nobody's, by the clock of the server as it did so. */
  readonly findRefusal: (answeredAt: Date | undefined) => Promise<string>
}

/** The error of a call to a cluster of EKS, with what is to be done about it there; any other error as it is. */
export async function explainEksFailure(call: FailedCall, error: unknown, known: Circumstances): Promise<unknown> {
  if (error instanceof UnavailableError) return known.isPrivate ? lostInside(error) : error
  if (!(error instanceof AccessDeniedError) || !(error.cause instanceof ApiAnswerError)) return error
  const answer = error.cause
  const { grant = 'as infra/cluster/rbac.yaml and rbac-eks.yaml do' } = call
  if (answer.status === 403) return errorOfAnswer({ ...call, grant, user: 'the groups of its access entry' }, answer)
  if (answer.status !== 401) return error
  return errorOfAnswer({ ...call, refusal: await known.findRefusal(answer.answeredAt) }, answer)
}

const lostInside = (error: UnavailableError): UnavailableError => {
  const isLost = ['dns', 'network', 'timeout'].includes(error.kind)
  if (!isLost || error.cause instanceof ApiAnswerError) return error
  const inside = 'its endpoint is private: it is reached from its VPC, or what is joined to it, alone'
  return new UnavailableError(`${error.message}; ${inside}`, { ...error, cause: error.cause, kind: error.kind })
}
