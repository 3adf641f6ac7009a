import type { Image } from '../../../../shared/domain/image.ts'
import type { Workload } from '../../../../shared/domain/usage.ts'

const reference = /^(?:[a-z-]+:\/\/)?(?:([^@]*?)(?::([A-Za-z0-9_][A-Za-z0-9._-]*))?)(?:@(.*))?$/

/** True when a workload refers to the image itself, spelled in any of the ways that the worlds use. */
export const refersTo = ({ image: text }: Workload, image: Image): boolean => {
  const bare = /^(?:[a-z-]+:\/\/)?(sha256:[0-9a-fA-F]{64})$/.exec(text)?.[1]
  if (bare !== undefined) return bare.toLowerCase() === image.digest
  const [, name = '', tag, digest] = reference.exec(text) ?? []
  if (fullName(name) !== image.repository) return false
  if (digest?.toLowerCase() === image.digest) return true
  if (digest !== undefined && !digest.startsWith('sha256:')) return true
  return image.tags.includes(tag ?? (digest === undefined ? 'latest' : ''))
}

const fullName = (name: string): string => {
  const [first = '', ...rest] = name.split('/')
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const host = hasHost ? first.replace(/^(index|registry-1)\./, '') : 'docker.io'
  const path = hasHost ? rest.join('/') : name
  return host === 'docker.io' && !path.includes('/') ? `docker.io/library/${path}` : `${host}/${path}`
}
