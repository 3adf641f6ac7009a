import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createProxy, get, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { loadIdentity } from '../../../cli/embedded/kubernetes/certificates.ts'

/** A way to STS of AWS by its own name that ends at the emulator. */
export interface StsFront {
  /** For a program that asks STS: the proxy, and the file of the authority. */
  readonly env: Record<string, string>
  stop(): void
}

/**
 * A proxy for whoever insists on the real host of STS and on TLS. Behind it STS answers as it does to who accepts JSON: the
 * emulator, which checks the signature, knows XML alone there.
 */
export async function startStsFront(host: string, emulator: string, folder: string): Promise<StsFront> {
  const { authority, certificate, key } = await loadIdentity(join(folder, 'sts-identity'), [host])
  writeFileSync(join(folder, 'sts-authority.pem'), authority)
  const sts = createServer({ cert: certificate, key }, answerBy(host, emulator))
  const proxy = createProxy().on('connect', ({ url }, socket) => {
    if (url !== `${host}:443`) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    sts.emit('connection', socket)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      SSL_CERT_FILE: join(folder, 'sts-authority.pem'),
    },
    stop: () => proxy.close().closeAllConnections(),
  }
}

const answerBy =
  (host: string, emulator: string): RequestListener =>
  async (request, response) => {
    const cluster = request.headers['x-k8s-aws-id']
    const headers = { host, ...(typeof cluster === 'string' && { 'x-k8s-aws-id': cluster }) }
    const { status, xml } = await askEmulator(new URL(request.url ?? '/', emulator), headers)
    const found = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
    const result = { Account: found('Account'), Arn: found('Arn'), UserId: found('UserId') }
    const body =
      status === 200
        ? {
            GetCallerIdentityResponse: {
              GetCallerIdentityResult: result,
              ResponseMetadata: { RequestId: 'of-a-test' },
            },
          }
        : { Error: { Code: found('Code'), Message: found('Message'), Type: 'Sender' } }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

/** By node's own client, since fetch sets the host itself. */
async function askEmulator(url: URL, headers: Record<string, string>): Promise<{ status: number; xml: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  get(url, { headers }, resolve).on('error', reject)
  const answer = await promise
  return { status: answer.statusCode ?? 500, xml: await text(answer) }
}
