import { isRepositoryPath, isTag } from '../../../shared/domain/repository-name.ts'
import { type ContentDigest, isContentDigest } from './content-digest.ts'
import { digestInvalid, RegistryError } from './errors.ts'

/** A manifest is asked for by a tag, which moves, or by its digest, which does not. */
export type Reference = { tag: string; digest?: never } | { digest: ContentDigest; tag?: never }

/** Names reach the file system as folders, so everything outside the grammar (`..`, upper case, escapes) is refused here. */
export const requireRepositoryPath = (text: string): string => {
  if (isRepositoryPath(text)) return text
  throw new RegistryError('NAME_INVALID', 'invalid repository name', { status: 400, detail: { name: text } })
}

export const requireDigest = (text: string): ContentDigest => {
  if (isContentDigest(text)) return text
  throw digestInvalid('expected sha256: and 64, or sha512: and 128, lower-case hex digits', {
    digest: text,
  })
}

/** A colon cannot stand in a tag, so text with a colon is meant as a digest. */
export const parseReference = (text: string): Reference => {
  if (text.includes(':')) return { digest: requireDigest(text) }
  return { tag: requireTag(text) }
}

export const requireTag = (text: string): string => {
  if (isTag(text)) return text
  throw new RegistryError('TAG_INVALID', 'manifest tag did not match its grammar', {
    status: 400,
    detail: { tag: text },
  })
}
