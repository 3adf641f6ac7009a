import * as z from 'zod'
import { InvalidInputError } from '../../../errors.ts'
import { text } from '../../policy/field-schemas.ts'
import { partsOf } from '../../repository-id.ts'
import { compileGlob, type Matcher } from '../glob.ts'
import type { Judging } from '../judging.ts'
import type { ObjectNames } from '../object-names.ts'
import type { Keep, PolicyProtection } from './keep-rule.ts'

/** An entry of `spec.exclude`: both must match where both are given. */
export interface Exclusion {
  readonly name?: string
  readonly tag?: string
}

interface Said {
  readonly exclude: readonly Exclusion[]
}

const exclusion = z
  .strictObject({ name: text(253).exactOptional(), tag: text(128).exactOptional() })
  .refine(rule => rule.name !== undefined || rule.tag !== undefined, { error: 'expected name, tag or both' })

const fields = { exclude: z.array(exclusion).max(200).default([]) }

/**
 * Retention 7: keeps what an exclusion names. A name alone covers the whole repository, also when only an object of
 * one of its tags bears the name; with a tag, the name must be the repository's or that of the tag's own object.
 */
export const excluded: PolicyProtection<'excluded', typeof fields, Said> = {
  name: 'excluded',
  fields,
  compile: ({ exclude }, suffix) => {
    if (exclude.length === 0) return undefined
    const exclusions = exclude.map(each => compileExclusion(each, suffix))
    return (judging, keep) => keepExcluded(judging, exclusions, keep)
  },
}

/** An exclusion with its patterns compiled; an absent part matches everything. */
interface CompiledExclusion {
  readonly name: Matcher | undefined
  readonly tag: Matcher | undefined
  readonly reason: string
}

const compileExclusion = ({ name, tag }: Exclusion, suffix: string): CompiledExclusion => {
  if (name === undefined && tag === undefined) {
    throw new InvalidInputError('exclude: expected name, tag or both, got neither')
  }
  const parts = [name === undefined ? [] : `name ${name}`, tag === undefined ? [] : `tag ${tag}`].flat()
  return {
    name: name === undefined ? undefined : compileGlob(name, 'name'),
    tag: tag === undefined ? undefined : compileGlob(tag, 'tag'),
    reason: `excluded by ${parts.join(' and ')}${suffix}`,
  }
}

const keepExcluded = (
  { listing, objectNames }: Judging,
  exclusions: readonly CompiledExclusion[],
  keep: Keep,
): void => {
  const find = finderOf(exclusions, listing.repository, objectNames)
  for (const [place, image] of listing.images.entries()) {
    const found = find(image.tags)
    if (found !== undefined) keep(place, found.reason)
  }
}

/** Finds the exclusion that names an image of a repository with some tags. */
const finderOf = (
  exclusions: readonly CompiledExclusion[],
  repository: string,
  objectNames: ObjectNames | undefined,
): ((tags: readonly string[]) => CompiledExclusion | undefined) => {
  const names = new Names(repository, objectNames)
  const whole = exclusions.find(each => each.tag === undefined && names.any(each.name))
  return tags =>
    whole ?? exclusions.find(each => tags.some(tag => each.tag?.(tag) === true && names.ofTag(tag, each.name)))
}

/** Tells which images of a repository a policy excludes by their tags, as its sweeps do. */
export const exclusionTest = (
  { exclude }: Said,
  repository: string,
  objectNames: ObjectNames | undefined,
): ((tags: readonly string[]) => boolean) => {
  const exclusions = exclude.map(each => compileExclusion(each, ''))
  const find = finderOf(exclusions, repository, objectNames)
  return tags => find(tags) !== undefined
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
