import { createHash, timingSafeEqual } from 'node:crypto'
import { type Context, Hono } from 'hono'
import {
  aggregatedDiscovery,
  aggregatedMediaType,
  coreVersions,
  groupList,
  groupOf,
  groupVersionsOf,
  resourceList,
  serverVersion,
  wantsAggregated,
} from './discovery.ts'
import type { JsonObject } from './kubernetes-object.ts'
import { type ObjectApi, withWarnings } from './object-api.ts'
import { openApiDocument, openApiIndex } from './openapi.ts'
import type { ResourceType } from './resource-type.ts'
import { StatusError, unauthorized } from './status-error.ts'

/** Called before routing; an answer from it is the answer of the server. */
export type Intercept = (request: Request) => Response | undefined | Promise<Response | undefined>

export interface ApiOptions {
  token: string
  types: readonly ResourceType[]
  objects: ObjectApi
  intercept: Intercept | undefined
}

/** The HTTP face of the server: authentication, discovery, OpenAPI, and the objects. */
export function createApi(options: ApiOptions): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    const intercepted = await options.intercept?.(context.req.raw)
    if (intercepted) return intercepted
    if (!hasToken(context, options.token)) throw unauthorized()
    return next()
  })
  app.onError(answerError)
  app.notFound(context => context.text('404 page not found\n', 404))
  for (const path of ['/healthz', '/livez', '/readyz']) app.get(path, context => context.text('ok'))
  app.get('/version', context => context.json(serverVersion))
  addDiscovery(app, options.types)
  addOpenApi(app, options.types)
  // The one token may do everything.
  app.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', context => context.json(accessReview, 201))
  app.all('*', context => options.objects.answer(context.req.raw))
  return app
}

const accessReview: JsonObject = {
  kind: 'SelfSubjectAccessReview',
  apiVersion: 'authorization.k8s.io/v1',
  metadata: { creationTimestamp: null },
  spec: {},
  status: { allowed: true },
}

function hasToken(context: Context, token: string): boolean {
  const sent = context.req.header('authorization') ?? ''
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(sent), digest(`Bearer ${token}`))
}

function answerError(error: Error): Response {
  const status =
    error instanceof StatusError
      ? error
      : new StatusError(500, 'InternalError', `Internal error occurred: ${error.message}`)
  return withWarnings(Response.json(status, { status: status.code }), status.warnings)
}

function addDiscovery(app: Hono, types: readonly ResourceType[]): void {
  const groupVersions = groupVersionsOf(types)
  const roots = [
    { path: '/api', isCore: true, legacy: coreVersions() },
    { path: '/apis', isCore: false, legacy: groupList(types) },
  ]
  for (const { path, isCore, legacy } of roots) {
    app.get(path, context => {
      if (!wantsAggregated(context.req.header('accept') ?? '')) return context.json(legacy)
      return context.json(aggregatedDiscovery(types, isCore), 200, { 'content-type': aggregatedMediaType })
    })
  }
  for (const [path, members] of groupVersions) {
    const [first] = members
    app.get(`/${path}`, context => context.json(resourceList(members)))
    if (first?.group) app.get(`/apis/${first.group}`, context => context.json(groupOf(first.group, members)))
  }
}

/** The document of OpenAPI v2 in protobuf, where nothing is written for a document without a definition. */
const emptyOpenApiV2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

function addOpenApi(app: Hono, types: readonly ResourceType[]): void {
  const groupVersions = groupVersionsOf(types)
  // kubectl looks here for the items of a `kind: List`, and leaves those that it does not find to the server.
  app.get('/openapi/v2', context => context.body('', 200, { 'content-type': emptyOpenApiV2 }))
  app.get('/openapi/v3', context => context.json(openApiIndex(groupVersions)))
  for (const [path, members] of groupVersions) {
    app.get(`/openapi/v3/${path}`, context => context.json(openApiDocument(members)))
  }
}
