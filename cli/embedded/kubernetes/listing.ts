import type { JsonObject, KubernetesObject } from './kubernetes-object.ts'
import { isObject } from './kubernetes-object.ts'
import type { ObjectStore } from './object-store.ts'
import { apiVersionOf, type ResourceType } from './resource-type.ts'
import { selectorsOf } from './selectors.ts'
import { badRequest, expired } from './status-error.ts'
import { kubectlTableOf, type TableOptions } from './table.ts'

interface Page {
  objects: KubernetesObject[]
  metadata: JsonObject
}

/** Answers a list request, page by page where it has a limit. */
export function listStoredObjects(
  store: ObjectStore,
  type: ResourceType,
  namespace: string | undefined,
  query: URLSearchParams,
  table: TableOptions | undefined,
): JsonObject {
  const { objects, metadata } = pageOf(store, type, namespace, query)
  if (table) return kubectlTableOf(type, objects, metadata, table)
  return listOf(type, objects, metadata)
}

/** A list as the real server writes it: items of a core kind do not repeat what the list says of them. */
export function listOf(type: ResourceType, objects: readonly KubernetesObject[], metadata: JsonObject): JsonObject {
  const items = type.isCustom ? [...objects] : objects.map(({ apiVersion: _, kind: __, ...item }) => item)
  return {
    apiVersion: apiVersionOf(type),
    items,
    kind: `${type.kind}List`,
    metadata: type.isCustom ? { continue: '', ...metadata } : metadata,
  }
}

/**
 * One page. Its continue token names the resourceVersion of the first page and the last key, so that a watch after the last
 * page misses nothing; later pages show the objects as they are now.
 */
function pageOf(store: ObjectStore, type: ResourceType, namespace: string | undefined, query: URLSearchParams): Page {
  checkResourceVersion(query)
  const limit = Number(query.get('limit') ?? 0)
  const token = query.get('continue')
  const start = token ? parseContinue(store, token) : undefined
  const resourceVersion = start?.resourceVersion ?? store.resourceVersion
  const matches = selectorsOf(type, query)
  const left = store.list(type, namespace).filter(object => matches(object) && (!start || keyOf(object) > start.key))
  const objects = limit > 0 ? left.slice(0, limit) : left
  const last = objects.at(-1)
  const rest = left.length - objects.length
  const metadata: JsonObject = { resourceVersion: String(resourceVersion) }
  if (rest > 0 && last) {
    metadata.continue = Buffer.from(
      JSON.stringify({ v: 'meta.k8s.io/v1', rv: resourceVersion, start: keyOf(last) }),
    ).toString('base64url')
    if (!query.get('labelSelector') && !query.get('fieldSelector')) metadata.remainingItemCount = rest
  }
  return { objects, metadata }
}

function checkResourceVersion(query: URLSearchParams): void {
  const version = query.get('resourceVersion') ?? ''
  if (/^\d*$/.test(version)) return
  const why = `strconv.ParseUint: parsing "${version}": invalid syntax`
  throw badRequest(`invalid resource version: resourceVersion: Invalid value: "${version}": ${why}`)
}

function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`
}

function parseContinue(store: ObjectStore, token: string): { resourceVersion: number; key: string } {
  const { rv, start } = decodeToken(token)
  if (typeof rv !== 'number' || typeof start !== 'string') {
    throw badRequest('invalid continue token: continue key is not valid: no resourceVersion or key in it')
  }
  if (rv < store.oldestVersion) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    )
  }
  return { resourceVersion: rv, key: start }
}

function decodeToken(token: string): JsonObject {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    return isObject(decoded) ? decoded : {}
  } catch (cause) {
    const refusal = badRequest(
      `invalid continue token: continue key is not valid: ${cause instanceof Error ? cause.message : cause}`,
    )
    refusal.cause = cause
    throw refusal
  }
}
