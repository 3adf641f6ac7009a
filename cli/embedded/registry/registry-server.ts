import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server'
import { InvalidInputError } from '../../../shared/errors.ts'
import { guarded } from '../loopback-guard.ts'
import type { NotificationEndpoint } from './notification-endpoint.ts'
import { Notifier } from './notifier.ts'
import { type BasicCredentials, type RegistryApp, registryApp } from './registry-app.ts'
import type { GarbageReport } from './storage/collect-garbage.ts'
import { RegistryStorage } from './storage/registry-storage.ts'
import { Uploads } from './storage/uploads.ts'

export interface RegistryOptions {
  /** 0 or absent for any free one. */
  port?: number
  /** Made where it is missing. Everything pushed lies here; one registry at a time may use it. */
  dataDir: string
  notifications?: readonly NotificationEndpoint[]
  /** Without it everybody may do everything. */
  auth?: BasicCredentials
  /** Asked before anything else; what it answers is sent instead of the registry's own answer. */
  intercept?: (request: Request) => Promise<Response | undefined> | Response | undefined
  /** Called for each request with its raw path and query, also for those that are intercepted. */
  onRequest?: (request: RegistryRequest) => void
  /** Called with the failure behind each answer 500. */
  onError?: (error: unknown) => void
}

export interface RegistryRequest {
  method: string
  path: string
}

export interface Registry {
  /** `http://127.0.0.1:<port>` */
  url: string
  /** `127.0.0.1:<port>`, as an image reference names it. */
  host: string
  setNotifications(endpoints: readonly NotificationEndpoint[]): void
  collectGarbage(): Promise<GarbageReport>
  /** Ends open connections at once; a change to the storage that is under way is finished. */
  close(): Promise<void>
}

/** An OCI registry on 127.0.0.1. A taken port throws InvalidInputError. */
export const startRegistry = async (options: RegistryOptions): Promise<Registry> => {
  const server = createServer()
  const host = await listen(server, options.port ?? 0)
  const notifier = new Notifier(host)
  // The port is held before the folder is touched, so that a second start of the same registry does it no harm.
  const opening = RegistryStorage.open(options.dataDir)
  const answering = opening.then(storage => appOf(storage, notifier, host, options))
  server.on('request', guarded(getRequestListener(hooked(answering, options), { overrideGlobalObjects: false })))
  const storage = await closingOnFailure(opening, server)
  notifier.setEndpoints(options.notifications ?? [])
  return {
    url: `http://${host}`,
    host,
    setNotifications: endpoints => notifier.setEndpoints(endpoints),
    collectGarbage: () => storage.collectGarbage(),
    close: async () => {
      notifier.setEndpoints([])
      await stop(server)
      await storage.settle()
    },
  }
}

const listen = async (server: Server, port: number): Promise<string> => {
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause
    throw new InvalidInputError(`port ${port} on 127.0.0.1 is taken: stop what listens there or choose another port`, {
      cause,
    })
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a server that listens on a port')
  return `127.0.0.1:${address.port}`
}

const appOf = (storage: RegistryStorage, notifier: Notifier, host: string, { auth, onError }: RegistryOptions) => {
  const uploads = new Uploads(storage.temporaryFolder)
  return registryApp({ url: `http://${host}`, storage, uploads, notifier }, { auth, onError })
}

const hooked =
  (answering: Promise<RegistryApp>, { intercept, onRequest }: RegistryOptions) =>
  async (request: Request, env: HttpBindings | Http2Bindings): Promise<Response> => {
    onRequest?.({ method: request.method, path: env.incoming.url ?? '' })
    return (await intercept?.(request)) ?? (await answering).fetch(request, env)
  }

const closingOnFailure = async <T>(opening: Promise<T>, server: Server): Promise<T> => {
  try {
    return await opening
  } catch (error) {
    await stop(server)
    throw error
  }
}

const stop = async (server: Server): Promise<void> => {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
