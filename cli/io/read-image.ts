import { type Digest, isDigest } from '../../shared/domain/digest.ts'
import type { Blob, Image } from '../../shared/domain/image.ts'
import { isTag, parseTag, quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { atPlace } from './input-place.ts'
import { parseTime } from './read-time.ts'

interface Fields {
  readonly [field: string]: unknown
  readonly repository?: unknown
  readonly digest?: unknown
  readonly tags?: unknown
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * The image that a JSON value describes; `repositoryOf` normalises its repository. By hand and not by a schema library,
 * because a plan of a million images can spend most of its time here. Throws InvalidInputError that names the field, what
 * was expected and what was given; a field that is not known is left out and never null.
 */
export const readImage = (value: unknown, repositoryOf: (text: string) => string): Image => {
  const fields = fieldsOf(value)
  const repository = textOf('repository', fields.repository)
  const image: Mutable<Image> = {
    repository: atPlace('repository', () => repositoryOf(repository)),
    digest: digestOf('digest', fields.digest),
    tags: listOf('tags', fields.tags, tagOf),
  }
  for (const field in fields) take(image, field, fields[field])
  return image
}

const take = (image: Mutable<Image>, field: string, value: unknown): void => {
  switch (field) {
    case 'repository':
    case 'digest':
    case 'tags':
      return
    case 'mediaType':
    case 'platform':
    case 'artifactType':
      image[field] = textOf(field, value)
      return
    case 'sizeBytes':
      image.sizeBytes = sizeOf(field, value)
      return
    case 'pushedAt':
    case 'pulledAt':
    case 'createdAt':
    case 'retaggedAt':
    case 'seenRunningAt':
      image[field] = timeOf(field, value)
      return
    case 'children':
      image.children = listOf(field, value, digestOf)
      return
    case 'subject':
      image.subject = digestOf(field, value)
      return
    case 'blobs':
      image.blobs = listOf(field, value, blobOf)
      return
    default:
      throw new InvalidInputError(`expected the fields of an image, got ${quoted(field)}`)
  }
}

const fieldsOf = (value: unknown): Fields => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new InvalidInputError(`expected an image object, got ${shown(value)}`)
}

const textOf = (field: string, value: unknown): string => {
  if (typeof value === 'string' && value !== '') return value
  throw new InvalidInputError(`${field}: expected a text, got ${shown(value)}`)
}

const sizeOf = (field: string, value: unknown): number => {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new InvalidInputError(`${field}: expected a whole number of bytes, got ${shown(value)}`)
}

const digestOf = (field: string, value: unknown): Digest => {
  if (typeof value === 'string' && isDigest(value)) return value
  throw new InvalidInputError(`${field}: expected sha256: and 64 lower-case hex digits, got ${shown(value)}`)
}

const timeOf = (field: string, value: unknown): Date => {
  const text = textOf(field, value)
  return atPlace(field, () => parseTime(text))
}

const tagOf = (field: string, value: unknown): string => {
  const text = textOf(field, value)
  return isTag(text) ? text : atPlace(field, () => parseTag(text))
}

const blobOf = (field: string, value: unknown): Blob => {
  const { digest, sizeBytes, ...others } = fieldsOf(value)
  const [other] = Object.keys(others)
  if (other !== undefined) {
    throw new InvalidInputError(`${field}: expected digest and sizeBytes, got ${quoted(other)}`)
  }
  return { digest: digestOf(`${field}.digest`, digest), sizeBytes: sizeOf(`${field}.sizeBytes`, sizeBytes) }
}

const listOf = <T>(field: string, value: unknown, read: (field: string, item: unknown) => T): T[] => {
  if (Array.isArray(value)) return value.map((item, at) => readItem(field, at, item, read))
  throw new InvalidInputError(`${field}: expected a list, got ${shown(value)}`)
}

/** The place of an item is only put into words once it is wrong. */
const readItem = <T>(field: string, at: number, item: unknown, read: (field: string, item: unknown) => T): T => {
  try {
    return read(field, item)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return read(`${field}[${at}]`, item)
  }
}

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
