import { quoted } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'
import { digestOf } from '../manifest.ts'
import { unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'

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
  const upload: OciRequest = {
    method: 'PUT',
    path: uploadPath(session, started.headers.location, digest),
    repository,
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  }
  const done = await session.send(upload)
  if (done.status !== 201) throw unexpectedStatus(session.what(upload), 'a stored blob', done)
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
