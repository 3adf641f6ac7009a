import * as z from 'zod'
import type { ClusterNamespace } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { errorOfGarbage } from './errors.ts'
import { findBody } from './objects.ts'
import { listAll } from './paging.ts'
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
export async function listNamespaces(connection: Connection): Promise<readonly ClusterNamespace[]> {
  const action = 'list namespaces'
  const items = await listAll({ path: namespacesPath, action }, connection)
  return items.map(item => namespaceOf(item, action, connection))
}

function namespaceOf(body: unknown, action: string, { cluster }: Connection): ClusterNamespace {
  const parsed = wireNamespace.safeParse(body)
  if (!parsed.success) throw errorOfGarbage({ cluster, action }, 'a Namespace')
  return parsed.data
}
