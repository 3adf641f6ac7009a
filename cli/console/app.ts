import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { InvalidInputError, RecordConflictError, ShelflifeError, UnreadableRecordError } from '../../shared/errors.ts'
import { approvePlan } from '../approve/approve-plan.ts'
import { commandName } from '../io/command-name.ts'
import { pauseAll, pausePolicy, resumeAll, resumePolicy } from '../pause/pause-sweeps.ts'
import type { Session, Writes } from './api.ts'
import { bodies, parseAsked } from './asked.ts'
import type { ConsoleDeps } from './console-deps.ts'
import { howToOpen, keyed, ownPageOnly, refused, safeHeaders } from './guard.ts'
import type { PageAssets } from './page-assets.ts'
import { reads } from './reads.ts'
import { answerRestore, SeenDryRuns } from './restore-page.ts'
import type { Sessions } from './sessions.ts'
import { withoutSecretIds } from './told.ts'
import { readWhatIf } from './what-if.ts'

export interface ConsoleApp extends ConsoleDeps {
  readonly sessions: Sessions
  readonly page: PageAssets
  /** The port that it listens on, once it does. */
  readonly port: () => number
  /** Called once a token was used, since the next session needs a new address. */
  readonly onSession: () => void
  /** A mistake of our own, for whoever runs the console. */
  readonly onError: (path: string, error: unknown) => void
}

/** A policy that is to be tried is far smaller, and so are the names of five hundred images. */
const maxBodyBytes = 256 * 1024

/** Who may ask, what is asked, and what cannot be answered; what the answers are stands in files of their own. */
export function createConsoleApp(deps: ConsoleApp): Hono {
  const app = new Hono()
  const told = withoutSecretIds(deps.installation.settings)
  app.use(safeHeaders)
  app.use(ownPageOnly(deps.port))
  // While it streams: without a Content-Length the size is not known before.
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: c => refused(c, 413, `expected at most ${maxBodyBytes} bytes, got more; ask for less at once`),
    }),
  )
  app.post('/api/session', async c => c.json(await openSession(await bodyOf(c, bodies.session), deps)))
  app.use('/api/*', keyed(deps.sessions))
  for (const [path, read] of Object.entries(reads))
    app.get(path, async c => answered(c, await read(c.req.query(), deps), told))
  for (const [path, write] of Object.entries(writesOf(deps)))
    app.post(path, async c => answered(c, await write(c), told))
  app.get('*', c => {
    const asset = deps.page.get(c.req.path)
    return asset ? c.body(asset.body, 200, { 'content-type': asset.type }) : unknownPath(c)
  })
  app.notFound(unknownPath)
  app.onError((error, c) => {
    const { status, message } = refusalOf(error, c.req.path, deps)
    return c.json({ message: told(message) }, status)
  })
  return app
}

const answered = (c: Context, answer: unknown, told: (text: string) => string) =>
  c.body(told(JSON.stringify(answer)), 200, { 'content-type': 'application/json' })

const unknownPath = (c: Context) => refused(c, 404, 'expected a page or a path of the console, found no such')

async function openSession({ token }: Writes['/api/session']['body'], deps: ConsoleApp): Promise<Session> {
  const key = deps.sessions.open(token)
  if (key === undefined)
    throw new NoSessionError(`expected the token of a new address, got one that is used or wrong; ${howToOpen}`)
  deps.onSession()
  return { key, actor: await deps.installation.findActor(), command: commandName }
}

/** The token is none. */
class NoSessionError extends ShelflifeError {
  readonly httpStatus = 401
}

type WriteOf<Path extends keyof Writes> = (c: Context) => Promise<Writes[Path]['answer']>

const writesOf = (deps: ConsoleApp): { readonly [Path in Exclude<keyof Writes, '/api/session'>]: WriteOf<Path> } => {
  const { installation, cache, now } = deps
  const seen = new SeenDryRuns()
  const changing = async (change: Promise<readonly string[]>) => {
    try {
      return { lines: await change }
    } finally {
      cache.clear()
    }
  }
  return {
    '/api/what-if': async c => readWhatIf(await bodyOf(c, bodies.whatIf), deps),
    '/api/restore': async c => answerRestore(await bodyOf(c, bodies.restore), seen, deps),
    '/api/pause': async c => {
      const { policy } = await bodyOf(c, bodies.policyOrAll)
      return changing(policy === undefined ? pauseAll(installation) : pausePolicy(policy, installation, now()))
    },
    '/api/resume': async c => {
      const { policy } = await bodyOf(c, bodies.policyOrAll)
      return changing(policy === undefined ? resumeAll(installation) : resumePolicy(policy, installation))
    },
    '/api/approve': async c => {
      const { policy, hash } = await bodyOf(c, bodies.approve)
      return changing(approvePlan({ policy, hash, now: now() }, installation))
    },
  }
}

/** Only JSON: a form of another page cannot send that without asking first. */
async function bodyOf<Schema extends Parameters<typeof parseAsked>[0]>(c: Context, schema: Schema) {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? ''))
    throw new InvalidInputError('content-type: expected application/json, got another; send JSON')
  const text = await c.req.text()
  return parseAsked<Schema>(schema, parseJson(text), 'body')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidInputError('body: expected JSON, got another text', { cause })
  }
}

type RefusalStatus = 400 | 401 | 404 | 409 | 500 | 502 | 503

function refusalOf(error: unknown, path: string, { onError }: ConsoleApp): { status: RefusalStatus; message: string } {
  if (error instanceof UnreadableRecordError || !(error instanceof ShelflifeError)) {
    onError(path, error)
    const what = error instanceof ShelflifeError ? 'a record of the installation cannot be read' : 'the console failed'
    return {
      status: 500,
      message: `${what}, so this cannot be shown; where the console runs it is written which and why`,
    }
  }
  const status = error.httpStatus as RefusalStatus
  // The keys of the table are nothing to a person.
  if (error instanceof RecordConflictError) return { status, message: 'it was changed meanwhile; look again' }
  return { status, message: error.message }
}
