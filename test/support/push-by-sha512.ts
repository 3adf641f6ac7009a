import { createHash } from 'node:crypto'
import { ociManifest } from '../../shared/adapters/registry/media-types.ts'

export const sha512Of = (bytes: string): string => `sha512:${createHash('sha512').update(bytes).digest('hex')}`

/** An image of one configuration, both under sha512. `reference` in the place of its digest: a tag, beside which the digest is named. */
export const pushBySha512 = async (
  registryUrl: string,
  repository: string,
  { tags = [], reference, subject }: { tags?: readonly string[]; reference?: string; subject?: object },
) => {
  const bytes = JSON.stringify({ of: [repository, ...tags] })
  const config = sha512Of(bytes)
  await fetch(`${registryUrl}/v2/${repository}/blobs/uploads/?digest=${config}`, { method: 'POST', body: bytes })
  const descriptor = { mediaType: 'x/y', digest: config, size: bytes.length }
  const body = JSON.stringify({ schemaVersion: 2, config: descriptor, layers: [], ...(subject && { subject }) })
  const digest = sha512Of(body)
  const query = reference === undefined ? tags.map(tag => `tag=${tag}`).join('&') : `digest=${digest}`
  const response = await fetch(`${registryUrl}/v2/${repository}/manifests/${reference ?? digest}?${query}`, {
    method: 'PUT',
    headers: { 'Content-Type': ociManifest },
    body,
  })
  return { response, config, digest, body }
}
