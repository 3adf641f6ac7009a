import type { Digest } from '../../../domain/digest.ts'
import type { Blob } from '../../../domain/image.ts'
import { quoted } from '../../../domain/repository-name.ts'
import { InvalidInputError, UnavailableError } from '../../../errors.ts'
import type { StreamedBody } from '../../http/streamed-body.ts'
import { digestOf } from '../manifest.ts'
import { unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'

/** A registry that moves a large blob to where it keeps it answers only then. */
const settleMs = 300_000
/** Of a connection that breaks: what was sent of it is lost. */
const tries = 2

/**
 * Uploads a blob of any size, unless the registry finds it by itself in another repository of its own.
 *
 * @throws InvalidInputError where the bytes are not what the digest says, or the registry refuses them
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository
 */
export async function uploadBlob(
  session: OciSession,
  repository: string,
  { digest, sizeBytes }: Blob,
  open: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await uploadOnce(session, repository, digest, { sizeBytes, open })
    } catch (error) {
      const isBroken = error instanceof UnavailableError && error.kind !== 'rate-limited' && error.stalled === undefined
      if (!isBroken || attempt === tries) throw error
    }
}

async function uploadOnce(session: OciSession, repository: string, digest: Digest, body: StreamedBody): Promise<void> {
  const uploads = `/v2/${repository}/blobs/uploads/`
  const mount: OciRequest = { method: 'POST', path: `${uploads}?mount=${digest}`, repository }
  const mounted = await session.send(mount)
  if (mounted.status === 201) return
  const start: OciRequest = { method: 'POST', path: uploads, repository }
  // Some do not know the parameter.
  const started = mounted.status === 202 ? mounted : await session.send(start)
  if (started.status !== 202) throw unexpectedStatus(session.what(start), 'an upload', started)
  const path = uploadPath(session, started.headers.location, digest)
  await finish(session, { path, repository, body, timeoutMs: settleMs }, `the stored blob ${digest}`)
}

/** Uploads a small blob that the repository lacks. @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs */
export async function ensureBlob(session: OciSession, repository: string, bytes: Uint8Array): Promise<void> {
  const digest = digestOf(bytes)
  const head: OciRequest = {
    method: 'HEAD',
    path: `/v2/${repository}/blobs/${digest}`,
    repository,
    followRedirects: true,
  }
  if ((await session.send(head)).status === 200) return
  const start: OciRequest = { method: 'POST', path: `/v2/${repository}/blobs/uploads/`, repository }
  const started = await session.send(start)
  if (started.status !== 202) throw unexpectedStatus(session.what(start), 'an upload', started)
  const path = uploadPath(session, started.headers.location, digest)
  await finish(session, { path, repository, body: bytes }, 'a stored blob')
}

/** Sends all of it in one request. `expected` is what the registry is to answer with, for the error. */
async function finish(
  session: OciSession,
  rest: Pick<OciRequest, 'path' | 'repository' | 'body' | 'timeoutMs'>,
  expected: string,
): Promise<void> {
  const upload: OciRequest = { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, ...rest }
  const done = await session.send(upload)
  if (done.status !== 201) throw unexpectedStatus(session.what(upload), expected, done)
}

/** The registry names the upload's address; only one on its own host is used, and only path and query of it. */
function uploadPath(session: OciSession, location: string | undefined, digest: string): string {
  const base = session.endpoint.href
  if (location === undefined || !URL.canParse(location, base))
    throw new InvalidInputError(`${session.host}: expected the address of an upload, got ${quoted(location ?? '')}`)
  const url = new URL(location, base)
  if (url.host !== session.endpoint.host && url.host !== session.host)
    throw new InvalidInputError(`${session.host}: expected an upload on the same host, got ${quoted(url.host)}`)
  url.searchParams.set('digest', digest)
  const prefix = session.basePath
  const path = url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : url.pathname
  return `${path}${url.search}`
}
