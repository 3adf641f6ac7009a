import * as z from 'zod'
import type { ApiCall, Connection } from './connection.ts'
import { errorOfGarbage } from './errors.ts'

export const defaultPageSize = 500

// A Go server may write the empty list as null, so the kind is what tells a list from anything else.
const page = z.object({
  kind: z.string().endsWith('List'),
  metadata: z.object({ continue: z.string().nullish(), resourceVersion: z.string().nullish() }),
  items: z.array(z.unknown()).nullable(),
})

export interface Page {
  readonly items: readonly unknown[]
  /** Of the whole list; every page of it has the same. Absent or empty where the server gives none. */
  readonly resourceVersion: string | undefined
}

/**
 * The pages of a list call, in the server's order.
 * @throws UnavailableError when a page is no list, a page repeats, or the continue token expired (410): never a part.
 */
export async function* listPages(
  call: Omit<ApiCall, 'method' | 'body'>,
  pageSize: number,
  connection: Connection,
): AsyncGenerator<Page> {
  const failed = { cluster: connection.cluster, action: call.action }
  const seen = new Set<string>()
  for (let token: string | undefined; ; ) {
    const query = { ...call.query, limit: String(pageSize), continue: token }
    const parsed = page.safeParse(await connection.call({ ...call, method: 'GET', query }))
    if (!parsed.success) throw errorOfGarbage(failed, 'a list object', parsed.error)
    const { items, metadata } = parsed.data
    yield { items: items ?? [], resourceVersion: metadata.resourceVersion || undefined }
    token = metadata.continue || undefined
    if (token === undefined) return
    if (seen.has(token)) throw errorOfGarbage(failed, 'the next page')
    seen.add(token)
  }
}
