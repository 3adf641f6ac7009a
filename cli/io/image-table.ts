import type { Digest } from '../../shared/domain/digest.ts'
import type { Image } from '../../shared/domain/image.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { DigestColumn } from './digest-column.ts'
import { GrowingColumn } from './growing-column.ts'

/** What few images have, kept as it came. */
type Relations = Pick<Image, 'children' | 'subject' | 'blobs' | 'retaggedAt' | 'seenRunningAt'>

/**
 * All images of a plan, by column: a million of them take a fifth of what as many objects take, so that a plan fits into
 * the memory of a small machine. The objects of one repository are made when it is judged and forgotten after it.
 */
export class ImageTable {
  #size = 0
  readonly #repositories = new Map<string, number[]>()
  readonly #digests = new DigestColumn()
  readonly #tags: (string | readonly string[])[] = []
  readonly #places = new GrowingColumn()
  readonly #mediaTypes: (string | undefined)[] = []
  readonly #mediaTypeNames = new Map<string, string>()
  readonly #sizes = new GrowingColumn()
  readonly #pushed = new GrowingColumn()
  readonly #pulled = new GrowingColumn()
  readonly #created = new GrowingColumn()
  readonly #relations = new Map<number, Relations>()

  /** Adds an image; `place` is the number of its line or of its place in the list, for messages. */
  add(image: Image, place: number): void {
    const row = this.#size++
    this.#rowsOf(image.repository).push(row)
    this.#digests.push(image.digest)
    this.#tags.push(image.tags.length === 1 ? (image.tags[0] ?? []) : image.tags)
    this.#places.push(place)
    this.#mediaTypes.push(this.#mediaTypeName(image.mediaType))
    this.#sizes.push(image.sizeBytes ?? Number.NaN)
    this.#pushed.push(image.pushedAt?.getTime() ?? Number.NaN)
    this.#pulled.push(image.pulledAt?.getTime() ?? Number.NaN)
    this.#created.push(image.createdAt?.getTime() ?? Number.NaN)
    const relations = relationsOf(image)
    if (relations !== undefined) this.#relations.set(row, relations)
  }

  get size(): number {
    return this.#size
  }

  /** The names of all repositories in order. */
  repositories(): string[] {
    return [...this.#repositories.keys()].sort()
  }

  imagesOf(repository: string): Image[] {
    return (this.#repositories.get(repository) ?? []).map(row => this.#imageAt(repository, row))
  }

  /** Throws InvalidInputError for a digest, and for a tag, that stands twice in a repository. */
  checkDuplicates(unit: string): void {
    for (const [repository, rows] of this.#repositories) {
      const digests = new Set<number>()
      const tags = new Map<string, number>()
      for (const row of rows) {
        digests.add(this.#digests.beginningAt(row))
        for (const tag of this.#tagsAt(row)) {
          const before = tags.get(tag)
          if (before !== undefined) throw this.#twice('tag', tag, repository, row, before, unit)
          tags.set(tag, row)
        }
      }
      if (digests.size < rows.length) this.#checkDigests(repository, rows, unit)
    }
  }

  /** The slow and sure look, for a repository with two digests that begin alike. */
  #checkDigests(repository: string, rows: readonly number[], unit: string): void {
    const digests = new Map<string, number>()
    for (const row of rows) {
      const digest = this.#digests.at(row)
      const before = digests.get(digest)
      if (before !== undefined) throw this.#twice('digest', digest, repository, row, before, unit)
      digests.set(digest, row)
    }
  }

  #twice(what: string, text: string, repository: string, row: number, before: number, unit: string): InvalidInputError {
    const [here, there] = [this.#places.at(row), this.#places.at(before)]
    return new InvalidInputError(
      `${unit} ${here}: expected each ${what} of ${repository} once, got ${text} again, first on ${unit} ${there}`,
    )
  }

  #rowsOf(repository: string): number[] {
    const known = this.#repositories.get(repository)
    if (known !== undefined) return known
    const rows: number[] = []
    this.#repositories.set(repository, rows)
    return rows
  }

  /** One text for all images of a media type. */
  #mediaTypeName(mediaType: string | undefined): string | undefined {
    if (mediaType === undefined) return undefined
    const known = this.#mediaTypeNames.get(mediaType)
    if (known !== undefined) return known
    this.#mediaTypeNames.set(mediaType, mediaType)
    return mediaType
  }

  #tagsAt(row: number): readonly string[] {
    const tags = this.#tags[row] ?? []
    return typeof tags === 'string' ? [tags] : tags
  }

  #imageAt(repository: string, row: number): Image {
    const image = new TableImage(repository, this.#digests.at(row), this.#tagsAt(row))
    const mediaType = this.#mediaTypes[row]
    if (mediaType !== undefined) image.mediaType = mediaType
    const sizeBytes = this.#sizes.at(row)
    if (!Number.isNaN(sizeBytes)) image.sizeBytes = sizeBytes
    image.setTimes(this.#pushed.at(row), this.#pulled.at(row), this.#created.at(row))
    return Object.assign(image, this.#relations.get(row))
  }
}

/**
 * A class and no literal: V8 takes a literal of which so many live for a while as one that makes lasting objects, puts
 * them where memory is seldom cleaned, and a plan takes three times the memory.
 */
class TableImage implements Image {
  readonly repository: string
  readonly digest: Digest
  readonly tags: readonly string[]
  mediaType?: string
  sizeBytes?: number
  pushedAt?: Date
  pulledAt?: Date
  createdAt?: Date
  constructor(repository: string, digest: Digest, tags: readonly string[]) {
    this.repository = repository
    this.digest = digest
    this.tags = tags
  }

  /** Times in milliseconds, NaN for what is not known. */
  setTimes(pushedMs: number, pulledMs: number, createdMs: number): void {
    if (!Number.isNaN(pushedMs)) this.pushedAt = new Date(pushedMs)
    if (!Number.isNaN(pulledMs)) this.pulledAt = new Date(pulledMs)
    if (!Number.isNaN(createdMs)) this.createdAt = new Date(createdMs)
  }
}

const relationsOf = (image: Image): Relations | undefined => {
  const { children, subject, blobs, retaggedAt, seenRunningAt } = image
  if ((children ?? subject ?? blobs ?? retaggedAt ?? seenRunningAt) === undefined) return undefined
  return {
    ...(children && { children }),
    ...(subject && { subject }),
    ...(blobs && { blobs }),
    ...(retaggedAt && { retaggedAt }),
    ...(seenRunningAt && { seenRunningAt }),
  }
}
