import { partsOf } from '../../repository-id.ts'
import type { CompiledExclusion, CompiledPolicy } from '../compile-policy.ts'
import type { Matcher } from '../glob.ts'
import type { Listing } from '../listing/listing.ts'
import type { Marks } from '../marks.ts'

/**
 * The names of a repository's objects by the tag that each brings, `''` for objects without a tag: the object's name,
 * its name without `-<tag>`, its labels `app` and `app.kubernetes.io/name`. The names that follow from the
 * repository's path need not be listed.
 */
export type ObjectNames = ReadonlyMap<string, readonly string[]>

/**
 * Retention 7: keeps what an exclusion names. A name alone covers the whole repository, also when only an object of
 * one of its tags bears the name; with a tag, the name must be the repository's or that of the tag's own object.
 */
export const keepExcluded = (
  listing: Listing,
  policies: readonly CompiledPolicy[],
  objectNames: ObjectNames | undefined,
  marks: Marks,
): void => {
  const exclusions = policies.flatMap(policy => policy.exclusions)
  if (exclusions.length === 0) return
  const names = new Names(listing.repository, objectNames)
  const whole = exclusions.find(exclusion => exclusion.tag === undefined && names.any(exclusion.name))
  if (whole !== undefined) {
    for (let place = 0; place < listing.images.length; place++) marks.keep(place, 'excluded', whole.reason)
    return
  }
  const withTag = exclusions.filter(exclusion => exclusion.tag !== undefined)
  if (withTag.length > 0) keepTagged(listing, withTag, names, marks)
}

const keepTagged = (listing: Listing, exclusions: readonly CompiledExclusion[], names: Names, marks: Marks): void => {
  for (const [place, image] of listing.images.entries()) {
    const matches = (each: CompiledExclusion): boolean =>
      image.tags.some(tag => each.tag?.(tag) === true && names.ofTag(tag, each.name))
    const exclusion = exclusions.find(matches)
    if (exclusion !== undefined) marks.keep(place, 'excluded', exclusion.reason)
  }
}

class Names {
  readonly #ofRepository: readonly string[]
  readonly #ofObjects: ObjectNames
  constructor(repository: string, objectNames: ObjectNames | undefined) {
    const { path } = partsOf(repository)
    this.#ofObjects = objectNames ?? new Map()
    this.#ofRepository = [repository, path, path.slice(path.lastIndexOf('/') + 1), ...(this.#ofObjects.get('') ?? [])]
  }

  any(matches: Matcher | undefined): boolean {
    if (matches === undefined || this.#ofRepository.some(matches)) return true
    return [...this.#ofObjects.values()].some(names => names.some(matches))
  }

  ofTag(tag: string, matches: Matcher | undefined): boolean {
    if (matches === undefined || this.#ofRepository.some(matches)) return true
    return this.#ofObjects.get(tag)?.some(matches) ?? false
  }
}
