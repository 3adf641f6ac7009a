import { isDeepStrictEqual } from 'node:util'
import { ShelflifeError } from '../../errors.ts'
import type { CustomObject } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { undeclaredFields } from './errors.ts'
import { pathOf, titleOf, versionOf } from './objects.ts'
import { apiVersion } from './paths.ts'
import { UndeclaredFields } from './undeclared-fields.ts'

type Status = Readonly<Record<string, unknown>>

/**
 * Writes statuses into a cluster. Its definitions may be older than this version: their servers refuse a status whole for
 * one field that they do not declare. So it is left out there, and `onUndeclared` is told in words, once for each field.
 */
export function createStatusWriter(
  connection: Connection,
  now: () => Date,
  onUndeclared: (message: string) => void,
): (object: CustomObject, status: Status) => Promise<string> {
  const undeclared = new UndeclaredFields(connection.cluster, now, onUndeclared)
  // A server names one field of many at a time. Each attempt has less to say than the one before.
  const applyDeclared = async (object: CustomObject, status: Status): Promise<string> => {
    try {
      return await applyStatus(object, status, connection)
    } catch (error) {
      const fields = error instanceof ShelflifeError ? undeclaredFields(error) : []
      const declared = withoutFields(status, fields)
      if (isDeepStrictEqual(declared, status)) throw error
      undeclared.note(object.kind, fields)
      return applyDeclared(object, declared)
    }
  }
  return (object, status) => applyDeclared(object, withoutFields(status, undeclared.of(object.kind)))
}

/**
 * Server-side apply of the whole status by force: what an earlier apply set and this one leaves out, the server removes.
 * The resourceVersion makes it fail with ConflictError when the object is no longer the one that was read.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
async function applyStatus(object: CustomObject, status: Status, connection: Connection): Promise<string> {
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

const withoutFields = (status: Status, fields: readonly string[]): Status =>
  fields.reduce((less, field) => Object.fromEntries(entriesWithout(less, field.split('.'))), status)

function entriesWithout(value: object, [name, ...within]: readonly string[]): [string, unknown][] {
  return Object.entries(value).flatMap(([key, part]): [string, unknown][] => {
    if (key !== name) return [[key, part]]
    return within.length === 0 ? [] : [[key, without(part, within)]]
  })
}

/** Of a list, from each of its items. */
function without(value: unknown, field: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map(item => without(item, field))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(entriesWithout(value, field))
}
