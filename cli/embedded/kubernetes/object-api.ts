import type { JsonObject, KubernetesObject } from './kubernetes-object.ts'
import { isObject } from './kubernetes-object.ts'
import { listOf, listStoredObjects } from './listing.ts'
import { deleteOptionsOf, type ObjectDeletion } from './object-deletion.ts'
import type { ObjectStore } from './object-store.ts'
import type { ObjectWriter, WriteOptions, Written } from './object-writer.ts'
import { readDeleteOptions, readObject, readPatch, requestMediaType } from './request-body.ts'
import { findTarget, isBuiltInGroup, type NamedTarget, type RequestTarget } from './request-target.ts'
import type { ResourceType } from './resource-type.ts'
import { selectorsOf } from './selectors.ts'
import { badRequest, notFound, StatusError } from './status-error.ts'
import { kubectlTableOf, tableOptionsOf } from './table.ts'
import { answerWatch, isSet } from './watch.ts'

export interface ObjectApiParts {
  types: readonly ResourceType[]
  store: ObjectStore
  writer: ObjectWriter
  deletion: ObjectDeletion
}

/** Answers the requests for objects and collections. */
export class ObjectApi {
  readonly #parts: ObjectApiParts

  constructor(parts: ObjectApiParts) {
    this.#parts = parts
  }

  async answer(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const target = findTarget(this.#parts.types, url.pathname)
    if (!target) return unknownPath(url.pathname)
    const { name } = target
    return name === undefined
      ? this.#answerCollection(request, target, url.searchParams)
      : this.#answerObject(request, { ...target, name }, url.searchParams)
  }

  async #answerCollection(request: Request, target: RequestTarget, query: URLSearchParams): Promise<Response> {
    const { store, deletion } = this.#parts
    const { type, namespace } = target
    switch (request.method) {
      case 'GET':
        return this.#listOrWatch(request, target, query)
      case 'POST':
        return this.#create(request, target, query)
      case 'DELETE': {
        const options = deleteOptionsOf(await readDeleteOptions(request), query)
        const items = deletion.deleteMatching(type, namespace, selectorsOf(type, query), options)
        const metadata = { resourceVersion: String(store.resourceVersion) }
        return Response.json(listOf(type, items, metadata))
      }
      default:
        throw badRequest('name must be provided')
    }
  }

  async #create(request: Request, target: RequestTarget, query: URLSearchParams): Promise<Response> {
    const { type } = target
    const body = await readObject(request, type.kind)
    return respondWritten(request, type, this.#parts.writer.create(target, body, writeOptionsOf(request, query)), query)
  }

  #listOrWatch(request: Request, target: RequestTarget, query: URLSearchParams): Response {
    const { store } = this.#parts
    const { type, namespace } = target
    const table = tableOptionsOf(request.headers.get('accept') ?? '', query)
    if (!isSet(query, 'watch')) return Response.json(listStoredObjects(store, type, namespace, query, table))
    const stream = answerWatch(store, type, namespace, query, table)
    return new Response(stream, {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
    })
  }

  async #answerObject(request: Request, target: NamedTarget, query: URLSearchParams): Promise<Response> {
    const { store, writer } = this.#parts
    const { type, namespace, name } = target
    switch (request.method) {
      case 'GET': {
        const object = store.find(type, namespace, name)
        if (!object) throw notFound(type, name)
        return respond(request, type, object, query)
      }
      case 'PUT': {
        const body = await readObject(request, type.kind)
        return respondWritten(request, type, writer.replace(target, body, writeOptionsOf(request, query)), query)
      }
      case 'PATCH':
        return respondWritten(request, type, await this.#patch(request, target, query), query)
      case 'DELETE':
        return this.#delete(request, target, query)
      case 'POST':
        // The real server does not look at a name in the path of a create.
        return this.#create(request, target, query)
      default:
        throw methodNotAllowed()
    }
  }

  async #patch(request: Request, target: NamedTarget, query: URLSearchParams): Promise<Written> {
    const { writer } = this.#parts
    const mediaType = requestMediaType(request)
    const patch = await readPatch(request)
    if (!mediaType.startsWith('application/apply-patch')) {
      return writer.patch(target, mediaType, patch, writeOptionsOf(request, query))
    }
    if (!isObject(patch)) throw badRequest(`expected an object to apply, got ${JSON.stringify(patch)}`)
    // An apply has no default manager: who applies must say so.
    return writer.apply(target, patch, { ...writeOptionsOf(request, query), manager: query.get('fieldManager') ?? '' })
  }

  async #delete(request: Request, target: NamedTarget, query: URLSearchParams): Promise<Response> {
    const { type, namespace, name } = target
    const options = deleteOptionsOf(await readDeleteOptions(request), query)
    const { metadata } = this.#parts.deletion.deleteOne(type, namespace, name, options)
    const details = { name, ...(type.group && { group: type.group }), kind: type.plural, uid: metadata.uid }
    return Response.json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
  }
}

// Only the groups that are built in answer an unknown resource with a Status.
function unknownPath(path: string): Response {
  if (isBuiltInGroup(path))
    throw new StatusError(404, 'NotFound', 'the server could not find the requested resource', {})
  return new Response('404 page not found\n', { status: 404, headers: { 'content-type': 'text/plain' } })
}

function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

function writeOptionsOf(request: Request, query: URLSearchParams): WriteOptions {
  const [program = ''] = (request.headers.get('user-agent') ?? '').split('/')
  return {
    manager: query.get('fieldManager') || program.slice(0, 128) || 'unknown',
    dryRun: query.has('dryRun'),
    force: query.get('force') === 'true',
    fieldValidation: query.get('fieldValidation') ?? 'Warn',
  }
}

function respondWritten(request: Request, type: ResourceType, written: Written, query: URLSearchParams): Response {
  const response = respond(request, type, written.object, query, written.isCreated ? 201 : 200)
  return withWarnings(response, written.warnings)
}

export function withWarnings(response: Response, warnings: readonly string[]): Response {
  for (const warning of warnings) response.headers.append('warning', `299 - ${JSON.stringify(warning)}`)
  return response
}

function respond(
  request: Request,
  type: ResourceType,
  object: KubernetesObject,
  query: URLSearchParams,
  status = 200,
): Response {
  const table = tableOptionsOf(request.headers.get('accept') ?? '', query)
  const metadata = { resourceVersion: object.metadata.resourceVersion }
  const body: JsonObject = table ? kubectlTableOf(type, [object], metadata, table) : object
  return Response.json(body, { status })
}
