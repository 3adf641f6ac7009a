import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type RegistryRequest, startRegistry } from '../../../../cli/embedded/registry/registry-server.ts'
import { InvalidInputError } from '../../../../shared/errors.ts'
import { absentDigest, refusalOf, registryForTest, temporaryFolder } from './registry-fixture.ts'

const basic = (username: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
})

describe('registry server', () => {
  it('says that it speaks the registry API', async () => {
    const { url, host } = await registryForTest()

    const response = await fetch(`${url}/v2/`)

    expect(response.status).toBe(200)
    expect(response.headers.get('Docker-Distribution-Api-Version')).toBe('registry/2.0')
    expect(url).toBe(`http://${host}`)
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/)
  })

  it('refuses a taken port and leaves the data of its holder alone', async () => {
    const dataDir = await temporaryFolder()
    const { host, url } = await registryForTest({ dataDir })
    const started = await fetch(`${url}/v2/team/app/blobs/uploads/`, { method: 'POST' })
    const upload = new URL(started.headers.get('Location') ?? '', url)
    await fetch(upload, { method: 'PATCH', body: 'hello' })
    const port = Number(host.split(':')[1])

    const second = startRegistry({ port, dataDir })

    await expect(second).rejects.toThrow(InvalidInputError)
    await expect(second).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`)
    expect((await fetch(upload, { method: 'PATCH', body: ' world' })).headers.get('Range')).toBe('0-10')
  })

  it('ends the connections that clients keep when it closes', async () => {
    const registry = await startRegistry({ dataDir: await temporaryFolder(), intercept: () => undefined })
    const kept = connect(Number(new URL(registry.url).port), '127.0.0.1')
    onTestFinished(() => void kept.destroy())
    kept.write('GET /v2/ HTTP/1.1\r\nHost: registry\r\n\r\n')
    await once(kept, 'data')
    // Neither idle nor asking: unless it is ended, the server answers 408 after a minute.
    kept.write('GET /v2/ HTTP/1.1\r\n')
    const told: unknown[] = []
    kept.on('data', data => told.push(data))
    // Whether it is ended in good order or reset is the server's business.
    kept.on('error', () => undefined)
    const ended = new Promise(resolve => kept.once('close', resolve))

    await registry.close()

    await ended
    expect(told).toEqual([])
    await expect(fetch(`${registry.url}/v2/`)).rejects.toThrow()
  })

  it('closes at once although a request stalls', async () => {
    const reached = Promise.withResolvers<void>()
    const stall = () => {
      reached.resolve()
      return new Promise<never>(() => {})
    }
    const registry = await startRegistry({ dataDir: await temporaryFolder(), intercept: stall })
    const stalled = fetch(`${registry.url}/v2/`)
    stalled.catch(() => undefined)
    await reached.promise

    await registry.close()

    await expect(stalled).rejects.toThrow()
  })

  it('asks for credentials where they are set', async () => {
    const { url } = await registryForTest({ auth: { username: 'ci', password: 's3cret' } })

    const without = await fetch(`${url}/v2/`)
    const wrong = await fetch(`${url}/v2/`, { headers: basic('ci', 'wrong') })
    const right = await fetch(`${url}/v2/`, { headers: basic('ci', 's3cret') })

    expect(without.headers.get('WWW-Authenticate')).toBe('Basic realm="shelflife"')
    expect(await refusalOf(without)).toBe('401 UNAUTHORIZED')
    expect(await refusalOf(wrong)).toBe('401 UNAUTHORIZED')
    expect(right.status).toBe(200)
  })

  it('lets a test answer in its place, before credentials are asked for', async () => {
    const { url } = await registryForTest({
      auth: { username: 'ci', password: 's3cret' },
      intercept: request =>
        request.url.endsWith('/tags/list')
          ? new Response(null, { status: 429, headers: { 'Retry-After': '7' } })
          : undefined,
    })

    const intercepted = await fetch(`${url}/v2/team/app/tags/list`)
    const other = await fetch(`${url}/v2/`)

    expect(intercepted.status).toBe(429)
    expect(intercepted.headers.get('Retry-After')).toBe('7')
    expect(other.status).toBe(401)
  })

  it('F17 lets a test break an answer off in the middle', async () => {
    const seen = Promise.withResolvers<void>()
    const half = () => {
      const body = new ReadableStream({
        start: controller => controller.enqueue(new TextEncoder().encode('{"tags":')),
        pull: controller => seen.promise.then(() => controller.error(new Error('broken off'))),
      })
      return new Response(body, { headers: { 'Content-Length': '100' } })
    }
    const { url } = await registryForTest({ intercept: half })

    const response = await fetch(`${url}/v2/team/app/tags/list`)
    seen.resolve()

    await expect(response.text()).rejects.toThrow()
  })

  it('reports each request with its raw path and query', async () => {
    const requests: RegistryRequest[] = []
    const { url } = await registryForTest({ onRequest: request => requests.push(request) })

    await fetch(`${url}/v2/team/app/tags/list?n=1`, { method: 'HEAD' })

    expect(requests).toEqual([{ method: 'HEAD', path: '/v2/team/app/tags/list?n=1' }])
  })

  it('reports a failure of its own and tells the client nothing of it', async () => {
    const failures: unknown[] = []
    const dataDir = await temporaryFolder()
    const { url } = await registryForTest({ dataDir, onError: error => failures.push(error) })
    await rm(dataDir, { recursive: true })

    const response = await fetch(`${url}/v2/team/app/blobs/uploads/?digest=${absentDigest}`, {
      method: 'POST',
      body: 'x',
    })

    expect(failures).toEqual([expect.objectContaining({ code: 'ENOENT' })])
    expect(await response.json()).toEqual({ errors: [{ code: 'UNKNOWN', message: 'unknown error' }] })
  })
})
