import { keyHeader, type Reads, type Refusal, type Session, type Writes } from '../api.ts'
import { forgetSession } from './session.ts'

/** What the server says when it does not answer as asked; the message is for people. */
export class RefusedError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Reads and acts with the key of this session. */
export interface Client {
  /** Who acts, and how the command is called here. */
  readonly session: Session
  get<Path extends keyof Reads>(path: Path, query: Queries[Path]): Promise<Reads[Path]['answer']>
  post<Path extends keyof Writes>(path: Path, body: Writes[Path]['body']): Promise<Writes[Path]['answer']>
}

type Queries = { [Path in keyof Reads]: Optional<Reads[Path]['query']> }
/** What is undefined is left out of the address. */
type Optional<Query> = { [Name in keyof Query]: Query[Name] | undefined }

/** `onLost` is called once the server knows the key no more. */
export function openClient(session: Session, onLost: (message: string) => void): Client {
  const ask = async <Answer>(address: string, init: RequestInit): Promise<Answer> => {
    try {
      return await answerOf(await fetch(address, withKey(init, session.key)))
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) {
        forgetSession()
        onLost(error.message)
      }
      throw error
    }
  }
  return {
    session,
    get: (path, query) => ask(addressWith(path, query as Record<string, string | undefined>), {}),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body), headers: jsonHeaders }),
  }
}

/** Exchanges the token of the printed address; that works once. */
export async function openSession(token: string): Promise<Session> {
  const body = JSON.stringify({ token })
  return answerOf(await fetch('/api/session', { method: 'POST', body, headers: jsonHeaders }))
}

const jsonHeaders = { 'content-type': 'application/json' }

const withKey = (init: RequestInit, key: string): RequestInit => ({
  ...init,
  headers: { ...init.headers, [keyHeader]: key },
})

function addressWith(path: string, query: Record<string, string | undefined>): string {
  const asked = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : []))
  return asked.length === 0 ? path : `${path}?${new URLSearchParams(asked)}`
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return body as Answer
  const message = (body as Partial<Refusal> | undefined)?.message
  throw new RefusedError(
    response.status,
    message ?? `expected an answer of the console, got HTTP ${response.status}; is it still running?`,
  )
}
