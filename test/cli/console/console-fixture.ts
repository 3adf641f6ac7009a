import { request } from 'node:http'
import { onTestFinished } from 'vitest'
import type { Installation } from '../../../cli/connect/installation.ts'
import { keyHeader, type Reads, tokenParameter, type Writes } from '../../../cli/console/api.ts'
import type { PageAssets } from '../../../cli/console/page-assets.ts'
import { startConsole } from '../../../cli/console/start-console.ts'

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Sends what a browser would not: any Host, any path. */
export function send(port: number, path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request({ host: '127.0.0.1', port, path, method, headers }, response => {
    const chunks: Buffer[] = []
    response.on('data', chunk => chunks.push(chunk))
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: Buffer.concat(chunks).toString(),
      }),
    )
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

export const jsonType = { 'content-type': 'application/json' }

const page: PageAssets = new Map([
  ['/', { type: 'text/html; charset=utf-8', body: new Uint8Array(Buffer.from('<!doctype html>')) }],
])

/** A console of an installation that listens, and its addresses and mistakes as it tells them. */
export async function consoleOf(installation: Installation, now: () => Date) {
  const addresses: string[] = []
  const errors: unknown[] = []
  const running = await startConsole({
    installation,
    page,
    port: 0,
    now,
    onNextAddress: address => addresses.push(address),
    onError: (_, error) => errors.push(error),
  })
  onTestFinished(() => running.close())
  return { ...running, addresses, errors }
}

export const tokenOf = (address: string): string =>
  new URLSearchParams(new URL(address).hash.slice(1)).get(tokenParameter) ?? ''

export const openWith = (port: number, token: string): Promise<Answer> =>
  send(port, '/api/session', { method: 'POST', headers: jsonType, body: JSON.stringify({ token }) })

/** The page of a console, with its key: gives answers, and throws what it is refused. */
export async function openPage(installation: Installation, now: () => Date) {
  const served = await consoleOf(installation, now)
  const { key } = JSON.parse((await openWith(served.port, tokenOf(served.address()))).text)
  const headers = { [keyHeader]: String(key) }
  const ask = async (path: string, sent: Sent = {}) => {
    const answer = await send(served.port, path, { ...sent, headers: { ...headers, ...sent.headers } })
    if (answer.status !== 200) throw new Refused(answer.status, JSON.parse(answer.text).message)
    return JSON.parse(answer.text)
  }
  return {
    ...served,
    headers,
    get: <Path extends keyof Reads>(
      path: Path,
      query: Reads[Path]['query'] = {} as Reads[Path]['query'],
    ): Promise<Reads[Path]['answer']> => ask(`${path}?${new URLSearchParams({ ...query })}`),
    post: <Path extends keyof Writes>(path: Path, body: Writes[Path]['body']): Promise<Writes[Path]['answer']> =>
      ask(path, { method: 'POST', headers: jsonType, body: JSON.stringify(body) }),
  }
}

export class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
