import { type FollowDeps, FollowedList } from './followed-list.ts'
import { findVersion, type List, type ReadList } from './lists.ts'
import { namespaces } from './namespaces.ts'

/**
 * A reader for one look at a cluster: what it reads twice is one list, no older than `maxAgeMs` when the look first asks for
 * it. What a process read before is brought up to date.
 */
export function createViews(deps: FollowDeps): (maxAgeMs: number) => ReadList {
  const followed = new Map<string, FollowedList<unknown>>()
  return maxAgeMs => {
    const seen = new Map<string, Promise<readonly unknown[]>>()
    let version: Promise<string | undefined> | undefined
    const findCommonVersion = () => {
      version ??= findVersion(namespaces, deps.connection)
      return version
    }
    return <T>(list: List<T>) => {
      const { path, key = path, hasOwnVersions = false } = list
      const one = (followed.get(key) as FollowedList<T> | undefined) ?? new FollowedList(list, deps)
      followed.set(key, one)
      const findOwnVersion = () => findVersion(list, deps.connection)
      const asked = { maxAgeMs, findVersion: hasOwnVersions ? findOwnVersion : findCommonVersion }
      const items = (seen.get(key) as Promise<readonly T[]> | undefined) ?? one.read(asked)
      seen.set(key, items)
      return items
    }
  }
}
