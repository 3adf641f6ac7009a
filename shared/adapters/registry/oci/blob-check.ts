import type { Digest } from '../../../domain/digest.ts'
import { isAbsent, unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'

/**
 * True while the repository serves the blob.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
 */
export async function hasOciBlob(session: OciSession, repository: string, digest: Digest): Promise<boolean> {
  const head: OciRequest = {
    method: 'HEAD',
    path: `/v2/${repository}/blobs/${digest}`,
    repository,
    followRedirects: true,
  }
  const response = await session.send(head)
  if (isAbsent(response, session.what(head))) return false
  if (response.status === 200) return true
  throw unexpectedStatus(session.what(head), 'a blob', response)
}
