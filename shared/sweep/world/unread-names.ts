import type { Digest } from '../../domain/digest.ts'
import { dayMs } from '../../domain/duration.ts'
import type { TagRecord, UnreadTagRecord } from '../../domain/records/images.ts'
import { isTag, quotedWithin } from '../../domain/repository-name.ts'

interface Names {
  readonly unreadTags: readonly UnreadTagRecord[]
  readonly tags: readonly TagRecord[]
}

/**
 * Why an image may be what a name points at that could not be read, or be about that; undefined where it is none of those.
 */
type MayBeNamed = (digest: Digest, isUnexplained: () => boolean) => string | undefined

/**
 * Where a name points that cannot be read: at what it pointed at last, at whatever its bytes name, or, where those are not
 * known, at any image that nothing else explains.
 */
export function unreadNames({ unreadTags, tags }: Names): MayBeNamed {
  if (unreadTags.length === 0) return () => undefined
  const last = new Map(tags.map(({ tag, digest }) => [tag, digest]))
  const named = new Map<Digest, string>()
  let unexplained: string | undefined
  // In one order, whatever that of the store.
  for (const { tag, unreadable, mayReferTo } of unreadTags.toSorted((a, b) => (a.tag < b.tag ? -1 : 1))) {
    const why = `which cannot be read: ${unreadable}`
    const digest = last.get(tag)
    if (digest !== undefined && !named.has(digest)) named.set(digest, `${nameOf(tag)} was on it, ${why}`)
    for (const one of mayReferTo ?? []) if (!named.has(one)) named.set(one, `${nameOf(tag)} may point at it, ${why}`)
    if (mayReferTo === undefined) unexplained ??= `untagged, and ${nameOf(tag)} may point at it, ${why}`
  }
  return (digest, isUnexplained) =>
    named.get(digest) ?? (unexplained !== undefined && isUnexplained() ? unexplained : undefined)
}

/**
 * What the registry has failed to answer for less than a day, and may point at anything since: an outage is waited for,
 * while a name that never answers keeps nothing else.
 */
export function failedLately({ unreadTags }: Pick<Names, 'unreadTags'>, now: Date): string | undefined {
  const late = unreadTags.find(one => one.isFailure && now.getTime() - one.firstSeenAt.getTime() < dayMs)
  return late && `${nameOf(late.tag)}: ${late.unreadable}`
}

const maxShown = 60

/** Names that cannot be tags hold any characters. */
const nameOf = (name: string): string => (isTag(name) ? `tag ${name}` : `the name ${quotedWithin(name, maxShown)}`)
