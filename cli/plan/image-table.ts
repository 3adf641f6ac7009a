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
      const seen = new Map<string, number>()
      for (const row of rows) {
        this.#checkOnce(seen, this.#digests.at(row), row, `digest in ${repository}`, unit)
        for (const tag of this.#tagsAt(row)) this.#checkOnce(seen, tag, row, `tag in ${repository}`, unit)
      }
    }
  }

  #checkOnce(seen: Map<string, number>, label: string, row: number, what: string, unit: string): void {
    const before = seen.get(label)
    seen.set(label, row)
    if (before === undefined) return
    const [here, there] = [this.#places.at(row), this.#places.at(before)]
    throw new InvalidInputError(
      `${unit} ${here}: expected each ${what} once, came ${label} again, first on ${unit} ${there}`,
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
    const mediaType = this.#mediaTypes[row]
    const sizeBytes = this.#sizes.at(row)
    const pushedAt = timeOf(this.#pushed.at(row))
    const pulledAt = timeOf(this.#pulled.at(row))
    const createdAt = timeOf(this.#created.at(row))
    return {
      repository,
      digest: this.#digests.at(row),
      tags: this.#tagsAt(row),
      ...(mediaType !== undefined && { mediaType }),
      ...(!Number.isNaN(sizeBytes) && { sizeBytes }),
      ...(pushedAt && { pushedAt }),
      ...(pulledAt && { pulledAt }),
      ...(createdAt && { createdAt }),
      ...this.#relations.get(row),
    }
  }
}

const timeOf = (ms: number): Date | undefined => (Number.isNaN(ms) ? undefined : new Date(ms))

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
