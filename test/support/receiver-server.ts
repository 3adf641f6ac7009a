import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadIdentity } from '../../cli/embedded/kubernetes/certificates.ts'

export interface Answer {
  readonly status: number
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Posted {
  readonly path: string
  readonly contentType: string | undefined
  readonly body: string
}

/** What takes messages on 127.0.0.1 by TLS, as Slack and the workflows of Teams do. */
export interface ReceiverServer {
  readonly host: string
  /** PEM of the authority of its certificate. */
  readonly ca: string
  readonly posted: Posted[]
  /** What the next requests are answered; after them what the one asked for answers what it takes. */
  readonly answers: Answer[]
  close(): void
}

/** Slack answers `ok`, a workflow 202 and nothing. */
const taken = (path: string): Answer =>
  path.startsWith('/services/') ? { status: 200, text: 'ok' } : { status: 202, text: '' }

export async function startReceiver(): Promise<ReceiverServer> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-receiver-'))
  const identity = await loadIdentity(join(folder, 'identity'))
  const posted: Posted[] = []
  const answers: Answer[] = []
  const server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const { url: path = '', headers } = request
      posted.push({ path, contentType: headers['content-type'], body: Buffer.concat(chunks).toString() })
      const { status, text = '', headers: sent = {} } = answers.shift() ?? taken(path)
      response.writeHead(status, sent).end(text)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: identity.authority,
    posted,
    answers,
    close: () => {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
