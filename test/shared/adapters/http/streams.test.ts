import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../../../../shared/adapters/http/client.ts'
import { HostBudget, withHostBudget } from '../../../../shared/adapters/http/host-budget.ts'
import { withRetries } from '../../../../shared/adapters/http/retry.ts'
import type { StreamedAnswer } from '../../../../shared/adapters/http/streamed-answer.ts'
import { InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { clientOf } from './client-of.ts'
import { startScriptedServer } from './scripted-server.ts'

const get = (url: string, rest: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: new URL(url),
  ...rest,
})

async function sizeOf({ chunks }: StreamedAnswer): Promise<number> {
  let sizeBytes = 0
  for await (const chunk of chunks) sizeBytes += chunk.byteLength
  return sizeBytes
}

const noWaiting = { now: () => new Date(), sleep: async () => undefined, random: () => 0 }

describe('a body that is received', () => {
  it('comes in parts, and its socket is used again', async () => {
    const sockets = new Set<unknown>()
    const server = await startScriptedServer((request, response) => {
      sockets.add(request.socket)
      response.end(Buffer.alloc(1_000_000))
    })
    const client = clientOf()
    const request = get(server.url, { maxBodyBytes: 1_000_000 })

    const sizes = [await client.receive(request, sizeOf), await client.receive(request, sizeOf)]

    expect(sizes).toEqual([1_000_000, 1_000_000])
    expect(sockets.size).toBe(1)
  })

  it('is refused above its limit, stated or not', async () => {
    const server = await startScriptedServer((request, response) => {
      if (request.url === '/stated') response.setHeader('content-length', '101')
      response.end(Buffer.alloc(101))
    })
    const receive = (path: string) => clientOf().receive(get(`${server.url}${path}`, { maxBodyBytes: 100 }), sizeOf)

    expect(await failureOf(receive('/stated'))).toBeInstanceOf(InvalidInputError)
    expect(await failureOf(receive('/unstated'))).toBeInstanceOf(InvalidInputError)
  })

  it('that ends too soon is a failure where it is read', async () => {
    const server = await startScriptedServer((_request, response) => {
      response.setHeader('content-length', '100')
      response.write(Buffer.alloc(50), () => response.destroy())
    })

    const failure = await failureOf(clientOf().receive(get(server.url), sizeOf))

    expect(failure).toBeInstanceOf(UnavailableError)
  })

  it('F42 that stalls ends, and one whose reader is slow does not', async () => {
    const server = await startScriptedServer((request, response) => {
      response.write(Buffer.alloc(10_000))
      if (request.url !== '/stalls') response.end()
    })
    const client = clientOf({ stallMs: 50 })
    const slowly = async ({ chunks }: StreamedAnswer) => {
      for await (const _ of chunks) for (const startedAt = Date.now(); Date.now() - startedAt < 150; ) await turn()
      return 'read'
    }

    expect(await failureOf(client.receive(get(`${server.url}/stalls`), sizeOf))).toMatchObject({ kind: 'timeout' })
    expect(await client.receive(get(server.url), slowly)).toBe('read')
  })

  it('passes what its reader throws as it is, and ends the request', async () => {
    const ended = Promise.withResolvers<void>()
    const server = await startScriptedServer((_request, response) => {
      response.write('one')
      response.once('close', () => ended.resolve())
    })
    const refusal = new TypeError('not wanted')

    const failure = await failureOf(
      clientOf().receive(get(server.url), async () => {
        throw refusal
      }),
    )

    expect(failure).toBe(refusal)
    await ended.promise
  })

  it('is asked for again before anything of it was read, and never after', async () => {
    const server = await startScriptedServer((request, response) => {
      if (request.url === '/breaks') response.write('half', () => response.destroy())
      else response.writeHead(server.requests.length === 1 ? 503 : 200).end('whole')
    })
    const client = withRetries(clientOf(), undefined, noWaiting)

    expect(await client.receive(get(server.url), sizeOf)).toBe(5)
    expect(await failureOf(client.receive(get(`${server.url}/breaks`), sizeOf))).toBeInstanceOf(UnavailableError)
    expect(server.requests.map(one => one.path)).toEqual(['/', '/', '/breaks'])
  })

  it('counts against the budget of its host until it is read', async () => {
    const server = await startScriptedServer((_request, response) => response.end('one'))
    const client = withHostBudget(clientOf(), () => budget)
    const budget = new HostBudget(1)
    const order: string[] = []

    await Promise.all([
      client.receive(get(server.url), async answer => {
        await sizeOf(answer)
        for (let turns = 0; turns < 20; turns++) await turn()
        order.push('read')
      }),
      client.send(get(server.url)).then(() => order.push('next')),
    ])

    expect(order).toEqual(['read', 'next'])
  })

  it('F46 tells the budget of a host that asks to wait', async () => {
    const server = await startScriptedServer((_request, response) =>
      response.writeHead(429, { 'retry-after': '600' }).end(),
    )
    const client = withRetries(
      withHostBudget(clientOf(), () => budget),
      undefined,
      noWaiting,
    )
    const budget = new HostBudget(8)

    await failureOf(client.receive(get(server.url), sizeOf))
    const next = await failureOf(client.send(get(server.url)))

    expect(next).toMatchObject({ kind: 'rate-limited', isUnsent: true })
    expect(server.requests).toHaveLength(1)
  })
})

describe('a body that is streamed out', () => {
  const upload = (url: string, open: () => AsyncIterable<Uint8Array>, sizeBytes: number): HttpRequest => ({
    method: 'PUT',
    url: new URL(url),
    body: { sizeBytes, open },
  })
  async function* parts(count: number) {
    for (let part = 0; part < count; part++) yield Buffer.alloc(100_000, part)
  }

  it('arrives whole, with its length', async () => {
    const hash = createHash('sha256')
    const server = await startScriptedServer((request, response) => {
      request.on('data', chunk => hash.update(chunk)).once('end', () => response.writeHead(201).end())
    })

    const answer = await clientOf().send(upload(server.url, () => parts(20), 2_000_000))

    expect(answer.status).toBe(201)
    expect(server.requests[0]?.headers['content-length']).toBe('2000000')
    const wanted = createHash('sha256')
    for await (const part of parts(20)) wanted.update(part)
    expect(hash.digest('hex')).toBe(wanted.digest('hex'))
  })

  it('ends with the answer of a host that wants none of it', async () => {
    const server = await startScriptedServer((_request, response) => response.writeHead(413).end())
    let read = 0
    async function* counted() {
      for await (const part of parts(10_000)) {
        read += 1
        yield part
        await turn()
      }
    }

    const answer = await failureOf(clientOf().send(upload(server.url, counted, 1_000_000_000)))

    // A host may also close the line before its answer is read.
    expect(answer === 'an answer' || answer instanceof UnavailableError).toBe(true)
    expect(read).toBeLessThan(10_000)
  })

  it('that cannot be read ends the request with what its reader threw', async () => {
    const begun = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    const server = await startScriptedServer(request => {
      begun.resolve()
      request.on('error', () => ended.resolve()).resume()
    })
    const refusal = new InvalidInputError('expected an archived layer, got another')
    async function* broken() {
      yield Buffer.alloc(10)
      await begun.promise
      throw refusal
    }

    expect(await failureOf(clientOf().send(upload(server.url, broken, 100)))).toBe(refusal)
    await ended.promise
  })

  it('F42 to a host that takes nothing ends', async () => {
    const server = await startScriptedServer(request => request.pause())

    const failure = await failureOf(clientOf({ stallMs: 50 }).send(upload(server.url, () => parts(1_000), 100_000_000)))

    expect(failure).toMatchObject({ kind: 'timeout', stalled: expect.any(String) })
  })

  it('is not sent again by itself', async () => {
    const server = await startScriptedServer((request, response) => {
      request.resume().once('end', () => response.writeHead(503).end())
    })
    const client = withRetries(clientOf(), undefined, noWaiting)

    await failureOf(client.send(upload(server.url, () => parts(1), 100_000)))

    expect(server.requests).toHaveLength(1)
  })
})
