import { type FollowDeps, FollowedList } from './followed-list.ts'
import type { List, ReadList } from './lists.ts'
import { findClusterVersion } from './namespaces.ts'

/**
 * A reader for one look at a cluster: what it reads twice is one list, no older than `maxAgeMs` when the look first asks for
 * it. What a process read before is brought up to date.
 */
export function createViews(deps: FollowDeps): (maxAgeMs: number) => ReadList {
  const followed = new Map<string, FollowedList<unknown>>()
  return maxAgeMs => {
    const seen = new Map<string, Promise<readonly unknown[]>>()
    let version: Promise<string | undefined> | undefined
    const asked = {
      maxAgeMs,
      findVersion: () => {
        version ??= findClusterVersion(deps.connection)
        return version
      },
    }
    return <T>(list: List<T>) => {
      const one = (followed.get(list.path) as FollowedList<T> | undefined) ?? new FollowedList(list, deps)
      followed.set(list.path, one)
      const items = (seen.get(list.path) as Promise<readonly T[]> | undefined) ?? one.read(asked)
      seen.set(list.path, items)
      return items
    }
  }
}
