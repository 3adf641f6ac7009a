import type { TagRecord } from '../domain/records/images.ts'
import type { Store } from '../ports/store.ts'

/** The recorded tags, with those that are seen now and had been put away, as they were then. */
export async function withTagsThatCameBack(
  repository: string,
  known: ReadonlyMap<string, TagRecord>,
  seen: { readonly tags: ReadonlyMap<string, unknown> },
  store: Pick<Store, 'findGoneTags'>,
): Promise<ReadonlyMap<string, TagRecord>> {
  const unknown = [...seen.tags.keys()].filter(tag => !known.has(tag))
  if (unknown.length === 0) return known
  const back = await store.findGoneTags(repository, unknown)
  return new Map([...known, ...back.map(tag => [tag.tag, tag] as const)])
}
