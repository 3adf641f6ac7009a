import { isDigest } from '../../shared/domain/digest.ts'
import { eventActor } from '../../shared/domain/event-actor.ts'
import { digestText, repositoryPath, tagName } from '../../shared/domain/name-schemas.ts'
import { type ParsedPayload, type ProviderHint, parsePart } from './providers/provider.ts'

/** A value of a payload, and where in it that stands. */
type Field = readonly [place: string, value: unknown]

/** How a payload names one image. A tag may be a digest in its place; what is empty or null says nothing. */
export interface ImageFields {
  readonly repository: Field
  readonly tag?: Field
  readonly digest?: Field
  /** Who did it, as far as the payload says. */
  readonly by?: unknown
}

/** A payload of one part that names images, each of which was pushed or deleted. */
export function parsedImages(type: ProviderHint['type'], images: readonly ImageFields[]): ParsedPayload {
  const read = images.map(image => readHint(type, image))
  return {
    hints: read.flatMap(one => ('hint' in one ? [one.hint] : [])),
    parts: images.length,
    notUnderstood: read.flatMap(one => ('problem' in one ? [one.problem] : [])),
    isTest: false,
  }
}

interface Named {
  readonly tag?: string
  readonly digest?: ProviderHint['digest']
}

function readHint(
  type: ProviderHint['type'],
  { repository: [place, value], by, ...image }: ImageFields,
): { readonly hint: ProviderHint } | { readonly problem: string } {
  const path = parsePart(repositoryPath, value, place)
  if ('problem' in path) return path
  const named = readNames(image)
  if ('problem' in named) return named
  const { tag, digest } = named
  const where = { repository: path.part, ...(tag && { tag }), ...(digest && { digest }) }
  if (type === 'ImagePushed') return { hint: { type, ...where } }
  const told = { by: eventActor({ name: by }), ...(digest && { digests: [digest] }), ...(tag && { tags: [tag] }) }
  // Of a digest that is gone nothing says which tags went with it: the whole repository is read.
  return { hint: { type, ...(tag ? where : { repository: path.part }), told: [told] } }
}

/** A digest of another algorithm is nothing that can be looked for here; the tag beside it is. */
function readNames({ tag, digest }: Omit<ImageFields, 'repository' | 'by'>): Named | { readonly problem: string } {
  const isDigestAsTag = typeof tag?.[1] === 'string' && isDigest(tag[1])
  const tagRead = isDigestAsTag ? undefined : readField(tagName, tag)
  if (tagRead && 'problem' in tagRead) return tagRead
  const digestRead = readField(digestText, isGiven(digest) ? digest : isDigestAsTag ? tag : undefined)
  if (digestRead && 'problem' in digestRead && !tagRead) return digestRead
  return {
    ...(tagRead && { tag: tagRead.part }),
    ...(digestRead && 'part' in digestRead && isDigest(digestRead.part) && { digest: digestRead.part }),
  }
}

const isGiven = (field: Field | undefined): field is Field =>
  field !== undefined && field[1] !== undefined && field[1] !== null && field[1] !== ''

const readField = <T>(schema: Parameters<typeof parsePart<T>>[0], field: Field | undefined) =>
  isGiven(field) ? parsePart(schema, field[1], field[0]) : undefined
