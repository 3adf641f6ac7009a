import * as z from 'zod'
import { issueText } from '../../domain/issue-text.ts'
import { ConflictError, InvalidInputError } from '../../errors.ts'
import type { CustomKind, CustomObject } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { errorOfGarbage, isObjectMissing } from './errors.ts'
import type { ReadList } from './lists.ts'
import { defaultPageSize, listPages } from './paging.ts'
import { apiVersion, collectionPath, objectPath } from './paths.ts'

const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform(value => value ?? {})

const wireObject = z.object({
  metadata: z.object({
    name: z.string().min(1),
    namespace: z.string().min(1),
    uid: z.string().min(1),
    resourceVersion: z.string().min(1),
    generation: z.number().default(0),
    labels: texts,
    annotations: texts,
    creationTimestamp: z.string().optional(),
  }),
  spec: z.unknown().optional(),
  status: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform(value => value ?? {}),
})

/** Every object of a kind, in one namespace or all. An object without spec or status is listed too. */
export function listObjects(
  kind: CustomKind,
  { namespace, fieldSelector }: { namespace?: string; fieldSelector?: string },
  cluster: string,
  read: ReadList,
): Promise<readonly CustomObject[]> {
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`
  return read({
    path: collectionPath(kind, namespace),
    action: `list ${kind} objects of ${where}`,
    query: { fieldSelector },
    what: `a ${kind} object`,
    read: item => {
      const object = parseObject(kind, item, cluster)
      if (object instanceof Error) throw object
      return object
    },
  })
}

/**
 * Tells every object of a kind, and answers the version of the list.
 * @throws UnavailableError where the server gives none, too: nothing could be told from there on.
 */
export async function listObjectsAt(
  kind: CustomKind,
  onPage: (objects: readonly CustomObject[]) => void,
  connection: Connection,
): Promise<string> {
  const action = `list ${kind} objects of all namespaces`
  let resourceVersion = ''
  for await (const page of listPages({ path: collectionPath(kind), action }, defaultPageSize, connection)) {
    if (page.resourceVersion === undefined)
      throw errorOfGarbage({ cluster: connection.cluster, action }, 'a list with its resourceVersion')
    // That of the first page: where later pages are newer, a change is told twice and not missed.
    resourceVersion ||= page.resourceVersion
    onPage(page.items.map(item => customObjectOf(kind, item, action, connection)))
  }
  return resourceVersion
}

/** Undefined when the object does not exist; NotFoundError when the cluster does not serve the kind. */
export async function findObject(
  kind: CustomKind,
  namespace: string,
  name: string,
  connection: Connection,
): Promise<CustomObject | undefined> {
  const action = `read ${kind} ${namespace}/${name}`
  const body = await findBody(objectPath(kind, namespace, name), action, connection)
  return body === undefined ? undefined : customObjectOf(kind, body, action, connection)
}

/** The body at a path; undefined when the server says that just this object does not exist. */
export async function findBody(path: string, action: string, connection: Connection): Promise<unknown> {
  try {
    return await connection.call({ method: 'GET', path, action })
  } catch (error) {
    if (isObjectMissing(error)) return undefined
    throw error
  }
}

/** Merge patch that fails with ConflictError when the object is no longer the one that was read. */
export async function annotate(
  object: CustomObject,
  annotations: Readonly<Record<string, string | null>>,
  connection: Connection,
): Promise<string> {
  const action = `annotate ${titleOf(object)}`
  const changed = await connection.call({
    method: 'PATCH',
    path: pathOf(object),
    action,
    query: { fieldManager: connection.fieldManager },
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion: object.metadata.resourceVersion, annotations } },
  })
  return versionOf(object.kind, changed, action, connection)
}

/** Deletes by uid. False when the object is gone or its name belongs to another; ConflictError for any other 409. */
export async function deleteObject(object: CustomObject, connection: Connection): Promise<boolean> {
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: object.metadata.uid } }
  try {
    await connection.call({ method: 'DELETE', path: pathOf(object), action: `delete ${titleOf(object)}`, body })
    return true
  } catch (error) {
    if (isObjectMissing(error)) return false
    if (!(error instanceof ConflictError)) throw error
    const { namespace, name, uid } = object.metadata
    const now = await findObject(object.kind, namespace, name, connection)
    if (now?.metadata.uid === uid) throw error
    return false
  }
}

const manifestSchema = z.object({
  metadata: z.object({
    name: z.string().min(1),
    namespace: z.string().min(1),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    ownerReferences: z.array(z.unknown()).optional(),
  }),
  spec: z.unknown(),
})

/** Creates an object from what was stored of it: uid, resourceVersion and status of its former life are left out. */
export async function createObject(
  kind: CustomKind,
  manifest: Readonly<Record<string, unknown>>,
  connection: Connection,
): Promise<void> {
  const parsed = manifestSchema.safeParse(manifest)
  if (!parsed.success)
    throw new InvalidInputError(`manifest of a ${kind}: ${issueText(parsed.error, manifest, 'the whole')}`, {
      cause: parsed.error,
    })
  const { metadata, spec } = parsed.data
  await connection.call({
    method: 'POST',
    path: collectionPath(kind, metadata.namespace),
    action: `create ${kind} ${metadata.namespace}/${metadata.name}`,
    query: { fieldManager: connection.fieldManager },
    body: { apiVersion, kind, metadata, spec },
  })
}

/** Where the object is in the API. */
export const pathOf = (object: CustomObject): string =>
  objectPath(object.kind, object.metadata.namespace, object.metadata.name)

/** The object in words: `Repository production/myapp`. */
export const titleOf = (object: CustomObject): string =>
  `${object.kind} ${object.metadata.namespace}/${object.metadata.name}`

function customObjectOf(kind: CustomKind, body: unknown, action: string, { cluster }: Connection): CustomObject {
  const parsed = parseObject(kind, body, cluster)
  if (parsed instanceof Error) throw errorOfGarbage({ cluster, action }, `a ${kind} object`, parsed)
  return parsed
}

/** The version of an object that was answered to a write. */
export const versionOf = (kind: CustomKind, body: unknown, action: string, connection: Connection): string =>
  customObjectOf(kind, body, action, connection).metadata.resourceVersion

/** The object, or what is wrong with it. */
export function parseObject(kind: CustomKind, body: unknown, cluster: string): CustomObject | z.ZodError {
  const parsed = wireObject.safeParse(body)
  if (!parsed.success) return parsed.error
  const { creationTimestamp, ...metadata } = parsed.data.metadata
  return {
    cluster,
    kind,
    metadata: { ...metadata, ...(creationTimestamp !== undefined && { creationTimestamp }) },
    spec: parsed.data.spec,
    status: parsed.data.status,
  }
}
