import type { CustomObject } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { pathOf, titleOf, versionOf } from './objects.ts'
import { apiVersion } from './paths.ts'

/**
 * Server-side apply of the whole status by force: what an earlier apply set and this one leaves out, the server removes.
 * The resourceVersion makes it fail with ConflictError when the object is no longer the one that was read.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export async function applyStatus(
  object: CustomObject,
  status: Readonly<Record<string, unknown>>,
  connection: Connection,
): Promise<string> {
  const { name, namespace, resourceVersion } = object.metadata
  const action = `apply the status of ${titleOf(object)}`
  const changed = await connection.call({
    method: 'PATCH',
    path: `${pathOf(object)}/status`,
    action,
    query: { fieldManager: connection.fieldManager, force: 'true' },
    // JSON is YAML, and the only form in which no value can change its type on the way.
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion, kind: object.kind, metadata: { name, namespace, resourceVersion }, status },
  })
  return versionOf(object.kind, changed, action, connection)
}
