import * as z from 'zod'
import type { Connection } from './connection.ts'
import { errorOfGarbage } from './errors.ts'
import { findBody } from './objects.ts'
import { corePath } from './paths.ts'

const secret = z.object({ data: z.record(z.string(), z.base64()).nullish() })

/** The data of a Secret, decoded from base64 as UTF-8; undefined when there is none of that name. */
export async function findSecret(
  namespace: string,
  name: string,
  connection: Connection,
): Promise<Readonly<Record<string, string>> | undefined> {
  const action = `read Secret ${namespace}/${name}`
  const body = await findBody(corePath(namespace, 'secrets', name), action, connection)
  if (body === undefined) return undefined
  const parsed = secret.safeParse(body)
  if (!parsed.success) throw errorOfGarbage({ cluster: connection.cluster, action }, 'a Secret')
  const entries = Object.entries(parsed.data.data ?? {})
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]))
}
