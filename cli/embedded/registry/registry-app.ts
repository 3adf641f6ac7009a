import { Hono } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { HTTPException } from 'hono/http-exception'
import { blobRoutes } from './blob-routes.ts'
import { errorBody, RegistryError } from './errors.ts'
import { listRoutes } from './list-routes.ts'
import { manifestRoutes } from './manifest-routes.ts'
import { referrerRoutes } from './referrer-routes.ts'
import type { RegistryDeps, RegistryEnv } from './registry-context.ts'
import { uploadRoutes } from './upload-routes.ts'

export interface BasicCredentials {
  username: string
  password: string
}

interface AppOptions {
  auth: BasicCredentials | undefined
  onError: ((error: unknown) => void) | undefined
}

export type RegistryApp = Hono<RegistryEnv>

/** The OCI distribution API. */
export const registryApp = (deps: RegistryDeps, { auth, onError }: AppOptions): RegistryApp => {
  const app = new Hono<RegistryEnv>({ getPath: (_request, options) => rawPathOf(options?.env) })
  app.use(async (c, next) => {
    await next()
    c.header('Docker-Distribution-Api-Version', 'registry/2.0')
    c.header('X-Content-Type-Options', 'nosniff')
  })
  if (auth) app.use(requireCredentials(auth))
  app.on('GET', ['/v2', '/v2/'], c => c.json({}))
  for (const routes of [listRoutes, referrerRoutes, uploadRoutes, blobRoutes, manifestRoutes])
    app.route('/', routes(deps))
  app.notFound(c => c.json(errorBody('UNSUPPORTED', 'there is no such route'), 404))
  app.onError((error, c) => {
    if (error instanceof RegistryError) return c.json(error.body, error.status, error.headers)
    if (error instanceof HTTPException) return error.getResponse()
    // A client that went away in the middle of its upload is no failure of ours.
    if (!c.req.raw.signal.aborted) onError?.(error)
    return c.json(errorBody('UNKNOWN', 'unknown error'), 500)
  })
  return app
}

// The path of a Request is already normalised: `/v2/a/../b` would silently name another repository.
const rawPathOf = (env: RegistryEnv['Bindings'] | undefined): string => env?.incoming.url?.split('?', 1)[0] ?? '/'

const requireCredentials = ({ username, password }: BasicCredentials) =>
  basicAuth({
    username,
    password,
    realm: 'shelflife',
    invalidUserMessage: errorBody('UNAUTHORIZED', 'authentication required'),
    onAuthSuccess: (c, name) => c.set('username', name),
  })
