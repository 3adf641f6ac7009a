import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../../../../shared/adapters/http/client.ts'
import { withRetries } from '../../../../shared/adapters/http/retry.ts'
import { InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { clientOf } from './client-of.ts'
import { listenOnLoopback, startScriptedServer } from './scripted-server.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'

const get = (url: string, rest: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: new URL(url),
  timeoutMs: 5_000,
  ...rest,
})

describe('an answer', () => {
  it('is handed on whole, whatever its status', async () => {
    const server = await startScriptedServer((_request, response) => response.writeHead(418).end('short and stout'))

    const answer = await clientOf().send(get(server.url))

    expect(answer.status).toBe(418)
    expect(answer.body.toString()).toBe('short and stout')
  })

  it('that is a redirect is not followed', async () => {
    const server = await startScriptedServer((_request, response) => response.writeHead(307, { location: '/b' }).end())

    const answer = await clientOf().send(get(`${server.url}/a`))

    expect(answer.status).toBe(307)
    expect(server.requests).toHaveLength(1)
  })
})

it.each(['GET', 'HEAD', 'DELETE'] as const)('many %s requests go over few sockets', async method => {
  const sockets = new Set<unknown>()
  const server = await startScriptedServer((request, response) => {
    sockets.add(request.socket)
    response.writeHead(200, { 'content-length': '5' }).end(method === 'HEAD' ? undefined : 'hello')
  })
  const client = clientOf({ maxSockets: 4 })

  await Promise.all(Array.from({ length: 40 }, () => client.send(get(server.url, { method }))))

  expect(sockets.size).toBeLessThanOrEqual(4)
})

describe('F42 a host that stalls', () => {
  const silent = { kind: 'timeout', stalled: 'sent nothing for 0.05 s', isOverdue: false }

  it('before it answers ends the request', async () => {
    const server = await startScriptedServer(() => undefined)

    const failure = await failureOf(clientOf({ stallMs: 50 }).send(get(server.url, { timeoutMs: 600_000 })))

    expect(failure).toMatchObject(silent)
  })

  it('before TLS is agreed ends the request', async () => {
    const host = await listenOnLoopback(createPlainServer().removeAllListeners('connection'))

    const failure = await failureOf(clientOf({ stallMs: 50 }).send(get(`https://${host}`, { timeoutMs: 600_000 })))

    expect(failure).toMatchObject(silent)
  })

  it('T6 after a byte of the body ends the request', async () => {
    const server = await startScriptedServer((_request, response) => void response.writeHead(200).write('{'))

    const failure = await failureOf(clientOf({ stallMs: 50 }).send(get(server.url, { timeoutMs: 600_000 })))

    expect(failure).toMatchObject({ ...silent, stalled: expect.stringMatching(/^sent (nothing|less than 1 KB.s) for/) })
  })

  it('with a body that drips ends the request', async () => {
    const server = await startScriptedServer((_request, response) => {
      response.writeHead(200)
      const dripping = setInterval(() => response.write('.'), 5)
      response.once('close', () => clearInterval(dripping))
    })

    const failure = await failureOf(clientOf({ stallMs: 100 }).send(get(server.url, { timeoutMs: 600_000 })))

    expect(failure).toMatchObject({ kind: 'timeout', stalled: 'sent less than 1 KB/s for 0.1 s' })
  })

  it('is asked once', async () => {
    const server = await startScriptedServer(() => undefined)

    const failure = await failureOf(
      withRetries(clientOf({ stallMs: 50 })).send(get(server.url, { timeoutMs: 600_000 })),
    )

    expect(failure).toMatchObject(silent)
    expect(server.requests).toHaveLength(1)
  })

  it("is told from the caller's own limit, which says nothing of it", async () => {
    const server = await startScriptedServer(() => undefined)

    const failure = await failureOf(clientOf().send(get(server.url, { timeoutMs: 20 })))

    expect(failure).toMatchObject({ kind: 'timeout', stalled: undefined, isOverdue: true })
  })
})

describe('a fault of the network', () => {
  it('F17 a reset before the answer is unavailable', async () => {
    const server = await startScriptedServer(request => request.socket.destroy())

    const failure = await failureOf(clientOf().send(get(server.url)))

    expect(failure).toBeInstanceOf(UnavailableError)
    expect(failure).toMatchObject({ kind: 'network' })
  })

  it('F17 half a body is unavailable', async () => {
    const server = await startScriptedServer((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half', () => response.socket?.end())
    })

    const failure = await failureOf(clientOf().send(get(server.url)))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'network' })
  })

  it('F17 half a chunked body is unavailable', async () => {
    const server = await startScriptedServer((_request, response) => {
      response.write('half', () => response.socket?.end())
    })

    const failure = await failureOf(clientOf().send(get(server.url)))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'network' })
  })

  it('F17 a stall before the headers ends at the limit', async () => {
    const server = await startScriptedServer(() => undefined)

    const failure = await failureOf(clientOf().send(get(server.url, { timeoutMs: 50 })))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'timeout' })
  })

  it('F17 a stall after the headers ends at the limit', async () => {
    const server = await startScriptedServer((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).flushHeaders()
    })

    const failure = await failureOf(clientOf().send(get(server.url, { timeoutMs: 50 })))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'timeout' })
  })

  it('F17 a body that drips for ever ends at the limit', async () => {
    const server = await startScriptedServer((_request, response) => {
      const drip = setInterval(() => response.write('.'), 10)
      response.on('close', () => clearInterval(drip))
    })

    const failure = await failureOf(clientOf().send(get(server.url, { timeoutMs: 100 })))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'timeout' })
  })

  it('F17 a refused connection is unavailable', async () => {
    const failure = await failureOf(clientOf().send(get('http://127.0.0.1:1')))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'network' })
  })

  it('F18 a name that does not resolve is unavailable for DNS', async () => {
    const failure = await failureOf(clientOf().send(get('http://registry.invalid')))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'dns' })
  })

  it('ends with its signal, as a timeout', async () => {
    const server = await startScriptedServer(() => undefined)
    const signal = AbortSignal.timeout(50)

    const failure = await failureOf(clientOf().send(get(server.url, { signal })))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'timeout' })
  })
})

describe('TLS', () => {
  const startTls = async () => {
    const { key, cert } = selfSignedCertificate('localhost')
    const server = createServer({ key, cert }, (_request, response) => response.end('sealed'))
    const host = await listenOnLoopback(server)
    return { url: `https://localhost:${host.split(':')[1]}`, cert }
  }

  it('F18 an unknown authority is unavailable for TLS', async () => {
    const { url } = await startTls()

    const failure = await failureOf(clientOf().send(get(url)))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'tls' })
  })

  it('F18 plain HTTP behind https is unavailable for TLS', async () => {
    const server = await startScriptedServer((_request, response) => response.end())

    const failure = await failureOf(clientOf().send(get(server.url.replace('http:', 'https:'))))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'tls' })
  })

  it('accepts an authority that was given', async () => {
    const { url, cert } = await startTls()

    const answer = await clientOf({ ca: cert }).send(get(url))

    expect(answer.body.toString()).toBe('sealed')
  })

  it('accepts any certificate when told to', async () => {
    const { url } = await startTls()

    const answer = await clientOf({ insecure: true }).send(get(url))

    expect(answer.body.toString()).toBe('sealed')
  })
})

describe('a body', () => {
  it('B14 announced above the limit is refused', async () => {
    const server = await startScriptedServer((_request, response) => response.end(Buffer.alloc(4 * 1024 * 1024 + 1)))

    const failure = await failureOf(clientOf().send(get(server.url)))

    expect(failure).toBeInstanceOf(InvalidInputError)
  })

  it('B14 of exactly the limit is read', async () => {
    const server = await startScriptedServer((_request, response) => response.end(Buffer.alloc(100)))

    const answer = await clientOf().send(get(server.url, { maxBodyBytes: 100 }))

    expect(answer.body).toHaveLength(100)
  })

  it('B14 without an end is cut off at the limit', async () => {
    const server = await startScriptedServer((_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', pour)
      pour()
    })

    const failure = await failureOf(clientOf().send(get(server.url)))

    expect(failure).toBeInstanceOf(InvalidInputError)
  })

  it('B1 that is compressed unasked is refused', async () => {
    const server = await startScriptedServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    )

    const failure = await failureOf(clientOf().send(get(server.url)))

    expect(failure).toBeInstanceOf(InvalidInputError)
  })
})

it('B27 keeps the query, where pre-signed addresses have their secret, out of messages', async () => {
  const failure = await failureOf(clientOf().send(get('http://127.0.0.1:1/blob?X-Amz-Signature=hush')))

  expect(String(failure)).not.toContain('hush')
})
