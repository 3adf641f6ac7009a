import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { InvalidInputError } from '../../../shared/errors.ts'
import { guarded } from '../loopback-guard.ts'

export interface Listening {
  readonly port: number
  /** Stops accepting, cuts open connections (keep-alive and long polls), and resolves when all are gone. */
  close(): Promise<void>
}

/** Binds to 127.0.0.1 only; port 0 takes any free one. A taken port is an InvalidInputError. */
export const listenOnLoopback = (server: Server, port: number, what: string): Promise<number> =>
  listenOn(server, port, what, '127.0.0.1')

/** Binds to all addresses where none is named. */
export const listenOn = async (server: Server, port: number, what: string, address?: string): Promise<number> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, address, resolve)
  try {
    await promise
  } catch (error) {
    throw isPortTaken(error) ? portTakenError(port, what, error) : error
  }
  server.removeListener('error', reject)
  return (server.address() as AddressInfo).port
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

const portTakenError = (port: number, what: string, cause: unknown): InvalidInputError =>
  new InvalidInputError(
    `port ${port} for ${what} is taken by another process: stop that process, or choose another port (0 takes any free one)`,
    { cause },
  )

export const serveOnLoopback = async (
  app: { readonly fetch: Parameters<typeof getRequestListener>[0] },
  port: number,
  what: string,
): Promise<Listening> => {
  const server = createServer(guarded(getRequestListener(app.fetch)))
  const bound = await listenOnLoopback(server, port, what)
  return { port: bound, close: () => closeServer(server) }
}

/** Closing a server that is closed is no error. */
export const closeServer = async (server: Server): Promise<void> => {
  if (!server.listening) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.close(error => (error ? reject(error) : resolve()))
  server.closeAllConnections()
  await promise
}
