import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Notifier } from './notifier.ts'
import type { RegistryStorage } from './storage/registry-storage.ts'
import type { Uploads } from './storage/uploads.ts'

export interface RegistryEnv {
  Bindings: HttpBindings
  Variables: { username?: string }
}

export type RegistryContext = Context<RegistryEnv>

/** What the routes work on. */
export interface RegistryDeps {
  /** Of this registry itself, without a slash at its end; events carry it. */
  url: string
  storage: RegistryStorage
  uploads: Uploads
  notifier: Notifier
}
