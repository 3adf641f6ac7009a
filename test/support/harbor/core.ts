import type { IncomingMessage } from 'node:http'
import { type HarborDatabase, HarborError } from './database.ts'

/** What a robot may do in a project, or a user in Harbor. */
export type HarborRight =
  | 'pull'
  | 'push'
  | 'list'
  | 'read'
  | 'delete'
  | 'tag-delete'
  | 'repository-delete'
  | 'quota'
  | 'system'

/** Everything but what administrators of the system do. */
export const robotRights: readonly HarborRight[] = ['pull', 'push', 'list', 'read', 'delete', 'tag-delete']

export interface HarborAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface HarborRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

/** What the test may change while it runs. */
export interface HarborState {
  now: () => Date
  rights: readonly HarborRight[]
  isImmutable: (tag: string) => boolean
  /** False for versions of Harbor whose total leaves accessories out that their pages count. */
  countsHiddenRows: boolean
  /** Asked first; what it answers is sent in the place of Harbor's own answer. */
  answer: (request: HarborRequest) => HarborAnswer | Response | undefined | Promise<HarborAnswer | Response | undefined>
  /** False for whoever's pulls move no time, as those of scanners where Harbor's settings say so. */
  countsPull: (request: HarborRequest) => boolean
  /** The answer of `/system/gc/schedule`; Harbor sends an empty object where none is set. */
  gcSchedule: object
  /** Bytes that a project may hold, -1 for no limit. */
  quotaBytes: number
}

/** Harbor's core, before the registry that keeps its manifests and blobs. */
export interface Core {
  readonly database: HarborDatabase
  readonly state: HarborState
  readonly innerUrl: string
}

export function requireRight({ state }: Core, right: HarborRight): void {
  if (!state.rights.includes(right)) throw new HarborError('FORBIDDEN', 'forbidden')
}

/** The same request to the registry behind. */
export const passOn = (
  { innerUrl }: Core,
  { method, path, headers = {} }: Pick<HarborRequest, 'method' | 'path'> & Partial<Pick<HarborRequest, 'headers'>>,
  body?: Buffer,
): Promise<Response> =>
  fetch(`${innerUrl}${path}`, {
    method,
    headers: passedOf(headers),
    redirect: 'manual',
    ...(body && body.length > 0 && { body: new Uint8Array(body) }),
  })

function passedOf(headers: IncomingMessage['headers']): Record<string, string> {
  const passed = ['content-type', 'content-range', 'accept', 'range']
  return Object.fromEntries(passed.flatMap(name => (headers[name] ? [[name, String(headers[name])]] : [])))
}
