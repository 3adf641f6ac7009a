import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Installation } from '../connect/installation.ts'
import { closeServer, listenOnLoopback } from '../embedded/aws/listen.ts'
import { tokenParameter } from './api.ts'
import { createConsoleApp } from './app.ts'
import { Cached } from './cached.ts'
import type { PageAssets } from './page-assets.ts'
import { Sessions } from './sessions.ts'

export interface ConsoleOptions {
  readonly installation: Installation
  readonly page: PageAssets
  /** 0 takes any free one. */
  readonly port: number
  readonly now?: () => Date
  /** The address that was given is used: this is the one for the next tab. */
  readonly onNextAddress: (address: string) => void
  readonly onError: (path: string, error: unknown) => void
}

export interface RunningConsole {
  readonly port: number
  /** Good for one tab. */
  address(): string
  close(): Promise<void>
}

/** Serves the console on 127.0.0.1, with the rights of whoever runs this process. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { installation, page, now = () => new Date(), onNextAddress, onError } = options
  const sessions = new Sessions()
  let port = options.port
  const address = () => `http://127.0.0.1:${port}/#${tokenParameter}=${sessions.token}`
  const app = createConsoleApp({
    installation,
    page,
    sessions,
    cache: new Cached(() => now().getTime()),
    now,
    port: () => port,
    onSession: () => onNextAddress(address()),
    onError,
  })
  const server = createServer(getRequestListener(app.fetch))
  port = await listenOnLoopback(server, port, 'the console')
  return { port, address, close: () => closeServer(server) }
}
