import { randomUUID } from 'node:crypto'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { ContentDigest } from './content-digest.ts'
import { octetStream } from './media-types.ts'
import type { RegistryContext } from './registry-context.ts'
import type { EventCause, EventTarget } from './registry-event.ts'
import type { StoredManifest } from './storage/repository-index.ts'

export const causeOf = (c: RegistryContext): EventCause => {
  const { address = '', port = 0 } = getConnInfo(c).remote
  return {
    request: {
      id: randomUUID(),
      addr: `${address}:${port}`,
      host: c.req.header('Host') ?? '',
      method: c.req.method,
      useragent: c.req.header('User-Agent') ?? '',
    },
    actor: c.var.username ? { name: c.var.username } : {},
  }
}

export const manifestTarget = (
  registryUrl: string,
  repository: string,
  { mediaType, sizeBytes, digest }: Pick<StoredManifest, 'mediaType' | 'sizeBytes' | 'digest'>,
  tag: string | undefined,
): EventTarget => ({
  mediaType,
  size: sizeBytes,
  digest,
  length: sizeBytes,
  repository,
  url: `${registryUrl}/v2/${repository}/manifests/${digest}`,
  ...(tag === undefined ? {} : { tag }),
})

export const blobTarget = (
  registryUrl: string,
  repository: string,
  digest: ContentDigest,
  sizeBytes: number,
): EventTarget => ({
  mediaType: octetStream,
  size: sizeBytes,
  digest,
  length: sizeBytes,
  repository,
  url: `${registryUrl}/v2/${repository}/blobs/${digest}`,
})
