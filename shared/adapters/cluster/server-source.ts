import type { ApiServer } from './api-server.ts'
import type { FailedCall } from './errors.ts'

/** Who we are was refused, or the server of that name, address or certificate did not answer. */
export type ServerFailure = 'refused' | 'unreachable'

/** Where an API server is found, and found again. */
export interface ServerSource {
  /** The one of now. @throws AccessDeniedError or UnavailableError where it is not to be found out */
  current(): ApiServer | Promise<ApiServer>
  /** True where another than the one that failed is there now. */
  isRenewed(used: ApiServer, failure: ServerFailure): Promise<boolean>
  /** The error of a call in the words of this kind of cluster. */
  explained?(call: FailedCall, error: unknown): Promise<unknown>
}
