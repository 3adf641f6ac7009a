import type { VersionGroup } from '../records/metrics.ts'

/** A version that an object tracks; without a tag it tracks no version of its own. */
interface TrackedVersion {
  readonly namespace: string
  readonly image: string
  readonly tag: string | undefined
}

/** Series of one metric, and the characters of their tags, which the record that carries them has room for. */
const mostVersions = 10_000
const mostCharacters = 400_000
const mostFailures = 1_000

/**
 * The versions of each image and namespace, the largest groups first, as many as there may be series. A group that does not
 * fit as a whole is shown in part: what is left out is counted.
 */
export function largestGroups(
  tracked: readonly TrackedVersion[],
  limit: number = mostVersions,
): { readonly groups: readonly VersionGroup[]; readonly dropped: number } {
  const groups: VersionGroup[] = []
  let [series, characters, dropped] = [0, 0, 0]
  for (const { namespace, image, tags } of groupsOf(tracked)) {
    const shown = tags.filter(tag => {
      const fits = series < limit && characters + tag.length <= mostCharacters
      series += fits ? 1 : 0
      characters += fits ? tag.length : 0
      return fits
    })
    dropped += tags.length - shown.length
    if (shown.length > 0) groups.push({ namespace, image, tags: shown })
  }
  return { groups, dropped }
}

/** In an order that is the same whatever the order of the objects, so that equal worlds are equal records. */
function groupsOf(tracked: readonly TrackedVersion[]): VersionGroup[] {
  const named = tracked.filter((one): one is TrackedVersion & { readonly tag: string } => one.tag !== undefined)
  const keyOf = ({ namespace, image }: TrackedVersion) => JSON.stringify([namespace, image])
  return [...Map.groupBy(named, keyOf)]
    .map(([key, [first, ...rest]]) => ({
      key,
      namespace: first?.namespace ?? '',
      image: first?.image ?? '',
      // Two objects may track one version.
      tags: [...new Set([first, ...rest].flatMap(one => one?.tag ?? []))].sort(),
    }))
    .sort((a, b) => b.tags.length - a.tags.length || (a.key < b.key ? -1 : 1))
    .map(({ key: _, ...group }) => group)
}

/** Those that failed, what failed most often in a row first. */
export function mostFailing<T extends { readonly namespace: string; readonly name: string; readonly failures: number }>(
  objects: readonly T[],
): { readonly shown: readonly T[]; readonly dropped: number } {
  const failing = objects
    .filter(one => one.failures > 0)
    .sort((a, b) => b.failures - a.failures || (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1))
  return { shown: failing.slice(0, mostFailures), dropped: Math.max(0, failing.length - mostFailures) }
}
