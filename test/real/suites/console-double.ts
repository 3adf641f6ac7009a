import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { Page, Reads, Session, Writes } from '../../../cli/console/api.ts'
import { safeHeaders } from '../../../cli/console/guard.ts'
import { buildPage } from '../../../cli/console/page-assets.ts'
import { closeServer, listenOnLoopback } from '../../../cli/embedded/aws/listen.ts'

/** What a double answers to each read, from its query. */
export type DoubleReads = {
  [Path in keyof Reads]: (query: Readonly<Record<string, string>>) => Reads[Path]['answer']
}

export interface DoubleWrites {
  '/api/what-if': (body: Writes['/api/what-if']['body']) => Writes['/api/what-if']['answer']
  '/api/restore': (body: Writes['/api/restore']['body']) => Writes['/api/restore']['answer']
}

export interface ConsoleDouble {
  readonly address: string
  /** Paths with their queries, as they were asked for. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const session: Session = { key: 'key', actor: 'person alice', command: 'shelflife' }
const report: Writes['/api/pause']['answer'] = { lines: ['done'] }

/** The real page on answers that are made up, for worlds that would take an hour to make. */
export async function startConsoleDouble(reads: DoubleReads, writes: DoubleWrites): Promise<ConsoleDouble> {
  const asked: string[] = []
  const page = await buildPage()
  const app = new Hono()
  app.use(safeHeaders)
  app.use('/api/*', (c, next) => {
    const { pathname, search } = new URL(c.req.url)
    asked.push(`${pathname}${search}`)
    return next()
  })
  app.post('/api/session', c => c.json(session))
  for (const path of ['/api/pause', '/api/resume', '/api/approve']) app.post(path, c => c.json(report))
  app.post('/api/what-if', async c => c.json(writes['/api/what-if'](await c.req.json())))
  app.post('/api/restore', async c => c.json(writes['/api/restore'](await c.req.json())))
  for (const [path, read] of Object.entries(reads)) app.get(path, c => c.json(read(c.req.query())))
  app.get('*', c => {
    const asset = page.get(c.req.path)
    return asset ? c.body(asset.body, 200, { 'content-type': asset.type }) : c.notFound()
  })
  const server = createServer(getRequestListener(app.fetch))
  const port = await listenOnLoopback(server, 0, 'the double of the console')
  return { address: `http://127.0.0.1:${port}/#token=token`, asked, close: () => closeServer(server) }
}

/** One page of so many items, each made when it is asked for; the cursor is the place of its first. */
export function pageOf<Item>(
  { cursor = '0', limit = '100' }: Readonly<Record<string, string>>,
  total: number,
  itemAt: (at: number) => Item,
): Page<Item> {
  const begin = Number(cursor)
  const end = Math.min(begin + Number(limit), total)
  const items = Array.from({ length: Math.max(end - begin, 0) }, (_, at) => itemAt(begin + at))
  return { items, total, ...(end < total && { next: String(end) }) }
}
