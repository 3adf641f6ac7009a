import type { Context, MiddlewareHandler } from 'hono'
import { commandName } from '../io/command-name.ts'
import { keyHeader } from './api.ts'
import type { Sessions } from './sessions.ts'

/** The page may run what this server gave it and nothing else, and nobody may put it into a page of his. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'content-security-policy': contentPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** Every answer bears them, refusals too. */
export const safeHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
}

/**
 * Lets in what a browser asks that has this very page open. A page elsewhere that points its own name at 127.0.0.1 (DNS
 * rebinding) shows itself by its Host, and one that sends to this port outright, also from another port of this machine,
 * by its Origin.
 */
export const ownPageOnly =
  (port: () => number): MiddlewareHandler =>
  async (c, next) => {
    const host = c.req.header('host')
    const own = [`127.0.0.1:${port()}`, `localhost:${port()}`]
    if (host === undefined || !own.includes(host))
      return refused(
        c,
        403,
        `expected the console to be asked as ${own[0]}, got another host; open the printed address`,
      )
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== `http://${host}`)
      return refused(
        c,
        403,
        'expected a request of the console’s own page, got one of another; open the printed address',
      )
    const site = c.req.header('sec-fetch-site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && isOfApi(c))
      return refused(
        c,
        403,
        'expected a request of the console’s own page, got one of another; open the printed address',
      )
    return next()
  }

const isOfApi = (c: Context): boolean => c.req.path.startsWith('/api/')

/** Stands before all of the API but the opening of a session. */
export const keyed =
  (sessions: Sessions): MiddlewareHandler =>
  async (c, next) =>
    sessions.isOpen(c.req.header(keyHeader) ?? '')
      ? next()
      : refused(c, 401, `expected the key of a session, got none that is known; ${howToOpen}`)

/** For people whose token is used or wrong. */
export const howToOpen = `run ${commandName} console, or open the address that the console printed last`

export const refused = (c: Context, status: 401 | 403 | 404 | 413, message: string) => c.json({ message }, status)
