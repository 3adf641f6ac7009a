import type { Image } from '../../../../shared/domain/image.ts'
import type { Workload } from '../../../../shared/domain/usage.ts'

const reference = /^([^@]*?)(?::([A-Za-z0-9_][A-Za-z0-9._-]*))?(?:@(.*))?$/

/** An image as workloads can name it: one that is listed, or the digest of an index's child that is not. */
type Named = Pick<Image, 'repository' | 'digest'> & Partial<Pick<Image, 'tags' | 'blobs'>>

/** True when a workload refers to the image itself, spelled in any of the ways that the worlds use. */
export const refersTo = ({ image: text }: Workload, image: Named): boolean => {
  const name = text.replace(/^.*?:\/\//, '')
  const bare = /^(?:sha256:)?([0-9a-f]{64})$/.exec(name.toLowerCase())?.[1]
  if (bare !== undefined) return isDigestOf(`sha256:${bare}`, image)
  const [, path = '', tag, digest] = reference.exec(name) ?? []
  if (fullName(path) !== image.repository) return false
  if (digest !== undefined && isDigestOf(digest.toLowerCase(), image)) return true
  if (digest !== undefined && !digest.toLowerCase().startsWith('sha256:')) return true
  return image.tags?.includes(tag ?? (digest === undefined ? 'latest' : '')) === true
}

/** Its own digest, or that of its config or a layer. */
const isDigestOf = (digest: string, image: Named): boolean =>
  digest === image.digest || image.blobs?.some(blob => blob.digest === digest) === true

const fullName = (name: string): string => {
  const [first = '', ...rest] = name.split('/')
  const hasHost = rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost')
  const lower = first.toLowerCase().replace(/:443$/, '')
  const host = hasHost ? lower.replace(/^(index|registry-1)\.(docker\.io)$/, '$2') : 'docker.io'
  const path = hasHost ? rest.join('/') : name
  return host === 'docker.io' && !path.includes('/') ? `docker.io/library/${path}` : `${host}/${path}`
}
