import type { ToldDeletion } from '../../shared/domain/event-actor.ts'
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
    merged.push(...(isOver ? wholeWithTold(own) : own))
  }
  return merged
}

/** One hint for each repository as a whole, which says of no tag what happened to it. */
export const wholeOf = (hints: readonly ProviderHint[]): ProviderHint[] =>
  [...new Set(hints.map(({ repository }) => repository))].map(repository => ({ type: 'ImageDeleted', repository }))

/** The same of one repository, with what was told of its deletes. */
const wholeWithTold = (hints: readonly ProviderHint[]): ProviderHint[] => {
  const told = mergeTold(hints.flatMap(hint => hint.told ?? []))
  return wholeOf(hints).map(hint => ({ ...hint, ...(told.length > 0 && { told }) }))
}

/** Tags and digests that are named in one hint: what is deleted beyond is found without a name. */
const maxNamed = 100
const maxActors = 10

/** One entry for each who deleted. What tells of the whole repository stands by itself. */
function mergeTold(told: readonly ToldDeletion[]): ToldDeletion[] {
  const merged: ToldDeletion[] = []
  let left = maxNamed
  const take = <T>(names: readonly T[]): readonly T[] => {
    const taken = [...new Set(names)].slice(0, left)
    left -= taken.length
    return taken
  }
  for (const group of Map.groupBy(told, keyOf).values()) {
    const [{ by, digests, tags } = { by: {} }] = group
    if (digests === undefined && tags === undefined) merged.push({ by })
    else
      merged.push({
        by,
        digests: take(group.flatMap(one => one.digests ?? [])),
        tags: take(group.flatMap(one => one.tags ?? [])),
      })
  }
  return merged.slice(0, maxActors)
}

const keyOf = ({ by, digests, tags }: ToldDeletion): string =>
  JSON.stringify([by.name, by.address, by.agent, digests === undefined && tags === undefined])

function mergedOf(group: readonly ProviderHint[]): ProviderHint[] {
  const pushes = onePerPlace(group.filter(({ type }) => type === 'ImagePushed'))
  const deletes = onePerPlace(group.filter(({ type }) => type === 'ImageDeleted'))
  if (pushes.length > maxPushes) return wholeWithTold(group)
  const isWhole =
    deletes.length > maxDeletes || deletes.some(({ tag, digest }) => tag === undefined && digest === undefined)
  return [...pushes, ...(isWhole ? wholeWithTold(group.filter(({ type }) => type === 'ImageDeleted')) : deletes)]
}

/** The last word on each tag, and on each digest without one. */
const onePerPlace = (hints: readonly ProviderHint[]): ProviderHint[] => [
  ...new Map(hints.map(hint => [hint.tag ?? hint.digest ?? '', hint])).values(),
]
