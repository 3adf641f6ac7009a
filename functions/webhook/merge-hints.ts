import type { ProviderHint } from './providers/provider.ts'

/**
 * Above so many deletes of one repository, it is read once as a whole. Each hint is a message in the one queue group of
 * its repository, handled after the one before it, and a whole read finds every deleted tag.
 */
const maxDeletes = 10
/**
 * The same for pushes, of which a whole read misses one thing: that somebody pushed again what stood there already. So
 * the number is far above what any registry puts into one payload.
 */
const maxPushes = 100
/** Of one payload; behind so many, each further repository is read once as a whole. */
const maxHints = 500

/**
 * The hints of one payload, without those that another one covers: the same tag twice, and what a read of the whole
 * repository finds anyway. Every repository that was named is named in the result.
 */
export function mergeHints(hints: readonly ProviderHint[]): ProviderHint[] {
  const merged: ProviderHint[] = []
  for (const group of Map.groupBy(hints, ({ repository }) => repository).values()) {
    const own = mergedOf(group)
    const isOver = own.length > 1 && merged.length + own.length > maxHints
    merged.push(...(isOver ? wholeOf(own) : own))
  }
  return merged
}

/** One hint for each repository as a whole, which says of no tag what happened to it. */
export const wholeOf = (hints: readonly ProviderHint[]): ProviderHint[] =>
  [...new Set(hints.map(({ repository }) => repository))].map(repository => ({ type: 'ImageDeleted', repository }))

function mergedOf(group: readonly ProviderHint[]): ProviderHint[] {
  const pushes = onePerPlace(group.filter(({ type }) => type === 'ImagePushed'))
  const deletes = onePerPlace(group.filter(({ type }) => type === 'ImageDeleted'))
  if (pushes.length > maxPushes) return wholeOf(group)
  const isWhole =
    deletes.length > maxDeletes || deletes.some(({ tag, digest }) => tag === undefined && digest === undefined)
  return [...pushes, ...(isWhole ? wholeOf(group) : deletes)]
}

/** The last word on each tag, and on each digest without one. */
const onePerPlace = (hints: readonly ProviderHint[]): ProviderHint[] => [
  ...new Map(hints.map(hint => [hint.tag ?? hint.digest ?? '', hint])).values(),
]
