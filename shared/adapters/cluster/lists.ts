import PQueue from 'p-queue'
import type { ApiCall, Connection } from './connection.ts'
import { errorOfGarbage } from './errors.ts'
import { defaultPageSize, listPages } from './paging.ts'

/** A list of the whole cluster, and what is kept of each item. */
export interface List<T> extends Pick<ApiCall, 'path' | 'action' | 'grant' | 'query'> {
  /** What an item is expected to be, in words: `a Namespace`. */
  readonly what: string
  /** What tells it from other lists of its path, of which something else is kept; default the path. */
  readonly key?: string
  /** True where it may be another server's than that of namespaces, which counts versions of its own. */
  readonly hasOwnVersions?: boolean
  /** Default 500. */
  readonly pageSize?: number
  /** Throws for an item that cannot be read, and the list fails with it. */
  readonly read: (item: unknown) => T
}

/** Gives every item of a list, or throws. */
export type ReadList = <T>(list: List<T>) => Promise<readonly T[]>

/** Each is a list of the whole cluster, so few are read at once; of those with large items fewer. */
export type Turns = <R>(list: Pick<List<unknown>, 'pageSize'>, read: () => Promise<R>) => Promise<R>

export function createTurns(): Turns {
  const common = new PQueue({ concurrency: 4 })
  const large = new PQueue({ concurrency: 2 })
  return ({ pageSize = defaultPageSize }, read) => (pageSize < defaultPageSize ? large : common).add(read)
}

/** Reads each list anew. */
export function createListReader(turns: Turns, connection: Connection): ReadList {
  return <T>(list: List<T>) =>
    turns(list, async () => {
      const items: T[] = []
      await tellItems(list, item => void items.push(readItem(list, item, connection)), connection)
      return items
    })
}

/**
 * Tells each item as the server sent it. Answers the version from which on a watch tells what changed; absent
 * where none is given, or not the same on each page.
 */
export async function tellItems<T>(
  { path, action, grant, query, pageSize = defaultPageSize }: List<T>,
  onItem: (item: unknown) => void,
  connection: Connection,
): Promise<string | undefined> {
  const call = { path, action, ...(grant !== undefined && { grant }), ...(query && { query }) }
  const versions = new Set<string | undefined>()
  for await (const page of listPages(call, pageSize, connection)) {
    versions.add(page.resourceVersion)
    for (const item of page.items) onItem(item)
  }
  // A watch from the version of one page would miss what had changed since in a page that is older.
  return versions.size === 1 ? [...versions][0] : undefined
}

/** The version that the server of a list is at now; undefined where it tells none. */
export async function findVersion(
  { path, action, grant }: Pick<ApiCall, 'path' | 'action' | 'grant'>,
  connection: Connection,
): Promise<string | undefined> {
  const call = { path, action, ...(grant !== undefined && { grant }) }
  for await (const { resourceVersion } of listPages(call, 1, connection)) return resourceVersion
  return undefined
}

/** @throws UnavailableError for an item that cannot be read */
export function readItem<T>({ read, what, action }: List<T>, item: unknown, { cluster }: Connection): T {
  try {
    return read(item)
  } catch (error) {
    throw errorOfGarbage({ cluster, action }, what, error)
  }
}
