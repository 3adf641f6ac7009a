import { ConflictError, NotFoundError } from '../../../errors.ts'
import { errorName, translateAwsError } from '../../http/aws-errors.ts'

/** One of our families for any error of the AWS SDK, which has used up its own retries by then. */
export function translateEcrError(what: string, error: unknown): Error {
  const name = errorName(error)
  const message = `${what}: expected an answer, got ${name}`
  if (name === 'RepositoryNotFoundException') return new NotFoundError(message, { cause: error })
  if (name === 'ImageTagAlreadyExistsException')
    return new ConflictError(`${message}; tags are immutable`, { cause: error })
  return translateAwsError(what, error, 'ECR')
}
