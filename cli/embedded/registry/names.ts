import { type Digest, isDigest } from '../../../shared/domain/digest.ts'
import { digestInvalid, RegistryError } from './errors.ts'

// The grammar of the distribution specification. Each alternative starts with another character, so it cannot backtrack badly.
const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const maxNameLength = 255

/** A manifest is asked for by a tag, which moves, or by its digest, which does not. */
export type Reference = { tag: string; digest?: never } | { digest: Digest; tag?: never }

/** Names reach the file system as folders, so everything outside the grammar (`..`, upper case, escapes) is refused here. */
export const parseRepositoryName = (text: string): string => {
  if (text.length <= maxNameLength && namePattern.test(text)) return text
  throw new RegistryError('NAME_INVALID', 'invalid repository name', { status: 400, detail: { name: text } })
}

export const parseDigest = (text: string): Digest => {
  if (isDigest(text)) return text
  throw digestInvalid('expected sha256: and 64 lower-case hex digits, no other algorithm is supported', {
    digest: text,
  })
}

/** A colon cannot stand in a tag, so whatever has one is meant as a digest. */
export const parseReference = (text: string): Reference => {
  if (text.includes(':')) return { digest: parseDigest(text) }
  if (tagPattern.test(text)) return { tag: text }
  throw new RegistryError('TAG_INVALID', 'manifest tag did not match its grammar', {
    status: 400,
    detail: { tag: text },
  })
}
