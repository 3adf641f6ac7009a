import * as z from 'zod'
import type { ClusterNamespace } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { errorOfGarbage } from './errors.ts'
import type { List, ReadList } from './lists.ts'
import { findBody } from './objects.ts'
import { namespacePath, namespacesPath } from './paths.ts'

const wireNamespace = z
  .object({
    metadata: z.object({
      name: z.string(),
      uid: z.string().min(1),
      labels: z.record(z.string(), z.string()).nullish(),
    }),
  })
  .transform(({ metadata: { name, uid, labels } }): ClusterNamespace => ({ name, uid, labels: labels ?? {} }))

/** A namespace, also while it is being deleted; undefined where there is none of that name. */
export async function findNamespace(name: string, connection: Connection): Promise<ClusterNamespace | undefined> {
  const action = `read namespace ${name}`
  const body = await findBody(namespacePath(name), action, connection)
  return body === undefined ? undefined : namespaceOf(body, action, connection)
}

/** Every namespace of the cluster. */
export const listNamespaces = (read: ReadList): Promise<readonly ClusterNamespace[]> => read(namespaces)

export const namespaces: List<ClusterNamespace> = {
  path: namespacesPath,
  action: 'list namespaces',
  what: 'a Namespace',
  read: item => wireNamespace.parse(item),
}

function namespaceOf(body: unknown, action: string, { cluster }: Connection): ClusterNamespace {
  const parsed = wireNamespace.safeParse(body)
  if (!parsed.success) throw errorOfGarbage({ cluster, action }, 'a Namespace')
  return parsed.data
}
