import type { Blob } from '../../../domain/image.ts'
import { isAbsent, unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'

/** What an answer that is no blob may have: the body of an error, or of a redirect. */
const otherBytes = 64 * 1024

/**
 * The bytes of a blob as they come; undefined only on a 404.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs
 */
export async function readOciBlob<T>(
  session: OciSession,
  repository: string,
  { digest, sizeBytes }: Blob,
  use: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const request: OciRequest = {
    method: 'GET',
    path: `/v2/${repository}/blobs/${digest}`,
    repository,
    maxBodyBytes: Math.max(sizeBytes, otherBytes),
    followRedirects: true,
  }
  const { response, used } = await session.receive(request, use)
  if (used) return used
  if (isAbsent(response, session.what(request))) return undefined
  throw unexpectedStatus(session.what(request), 'a blob', response)
}
