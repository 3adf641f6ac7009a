import { type Digest, isDigest } from '../../domain/digest.ts'
import { firstTimes } from '../../domain/first-times.ts'
import { isTag, quoted } from '../../domain/repository-name.ts'
import type { ListedTag, OddName } from '../../ports/registry.ts'

/** What an API lists of tags: those that are understood, and what is not, each by itself. */
export interface ApiTags {
  readonly tags: readonly ListedTag[]
  readonly odd: readonly OddName[]
}

/**
 * The tags of a list, in the order in which their names first stand there. `parse` answers undefined for an entry that it does
 * not understand: where it has the name of a tag, that is asked for by itself. A tag that moved while the list was read
 * stands there twice: it is where it was put last.
 */
export function apiTagsOf<T extends ListedTag>(
  entries: readonly unknown[],
  parse: (entry: unknown) => T | undefined,
): ApiTags & { readonly tags: readonly (T | ListedTag)[] } {
  const tags = new Map<string, T | ListedTag>()
  const odd = new Map<string, OddName>()
  for (const entry of entries) {
    const name = nameIn(entry)
    // With a space in it, it is no tag of that name.
    if (name === undefined) odd.set(JSON.stringify(entry), oddName(`entry ${JSON.stringify(entry)}`))
    else if (!isTag(name)) odd.set(name, oddName(name))
    else {
      const tag = parse(entry) ?? { tag: name }
      const known = tags.get(name)
      if (known === undefined || isLater(tag, known)) tags.set(name, tag)
    }
  }
  return { tags: [...tags.values()], odd: [...odd.values()] }
}

const isLater = (one: ListedTag, other: ListedTag): boolean =>
  (one.taggedAt ?? new Date(0)).getTime() > (other.taggedAt ?? new Date(0)).getTime()

/** A name that stands in a list of tags and is none. */
export const oddName = (name: string): OddName => ({
  name,
  unreadable: `a name that no tag can have: ${quoted(name)}`,
})

function nameIn(entry: unknown): string | undefined {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined
  return typeof name === 'string' ? name : undefined
}

/** When the first of its tags came to an image that has no push time of its own: it was pushed by then. */
export function withPushTimes<T extends ListedTag>(tags: readonly T[]): T[] {
  const first = firstTimes(tags.map(({ digest, taggedAt }) => ({ digest, at: taggedAt })))
  return tags.map(tag => {
    const pushedAt = tag.pushedAt ?? (tag.digest && first.get(tag.digest))
    return pushedAt ? { ...tag, pushedAt } : tag
  })
}

/** A digest of the algorithm that is understood; of another the tag is read by itself. */
export const digestOrNone = (text: unknown): { digest?: Digest } =>
  typeof text === 'string' && isDigest(text) ? { digest: text } : {}
