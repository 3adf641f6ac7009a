import * as z from 'zod'
import type { ApiCall, Connection } from './connection.ts'
import { errorOfGarbage } from './errors.ts'

const pageSize = 500

// A Go server may write the empty list as null, so the kind is what tells a list from anything else.
const page = z.object({
  kind: z.string().endsWith('List'),
  metadata: z.object({ continue: z.string().nullish() }),
  items: z.array(z.unknown()).nullable(),
})

/**
 * The items of every page of a list call, in the server's order.
 * @throws UnavailableError when a page is no list, a page repeats, or the continue token expired (410): never a part.
 */
export async function listAll(
  call: Omit<ApiCall, 'method' | 'body'>,
  connection: Connection,
): Promise<readonly unknown[]> {
  const failed = { cluster: connection.cluster, action: call.action }
  const items: unknown[] = []
  const seen = new Set<string>()
  for (let token: string | undefined; ; ) {
    const query = { ...call.query, limit: String(pageSize), continue: token }
    const parsed = page.safeParse(await connection.call({ ...call, method: 'GET', query }))
    if (!parsed.success) throw errorOfGarbage(failed, 'a list object', parsed.error)
    for (const item of parsed.data.items ?? []) items.push(item)
    token = parsed.data.metadata.continue || undefined
    if (token === undefined) return items
    if (seen.has(token)) throw errorOfGarbage(failed, 'the next page')
    seen.add(token)
  }
}
