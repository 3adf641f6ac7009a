import type { RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { type ApiOptions, type Authorize, RegistryApi } from '../../../../shared/adapters/registry/registry-api.ts'
import { AccessDeniedError, InvalidInputError } from '../../../../shared/errors.ts'
import { json, noWaiting, startFakeRegistry } from './fake-registry.ts'

const credential = { username: 'reader', password: 'hush' }

/** Exchanges the password for a token at `/token`, as several registries want it. */
const byToken: Authorize = async (given, send) => {
  const answer = await send({ method: 'POST', path: '/token', json: { secret: given?.password } })
  const { token, expiresAt } = JSON.parse(answer.body.toString())
  return { headers: { authorization: `Bearer ${token}` }, ...(expiresAt && { expiresAt: new Date(expiresAt) }) }
}

async function apiWith(script: RequestListener, options: Partial<ApiOptions> = {}, authorize: Authorize = byToken) {
  const server = await startFakeRegistry(script, { credential })
  return new RegistryApi({ ...server.options, api: `${server.options.endpoint}/base`, ...options }, authorize)
}

/** Takes the token that it gave last, and counts how many it gave. */
function tokens(lifetimeMs?: number) {
  const seen: string[] = []
  let given = 0
  const script: RequestListener = (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`)
    if (request.url === '/base/token') {
      given += 1
      const expiresAt = lifetimeMs === undefined ? undefined : new Date(Date.now() + lifetimeMs)
      return void json(response, 200, { token: `t${given}`, expiresAt })
    }
    if (request.headers.authorization !== `Bearer t${given}`) return void json(response, 401, {})
    return void json(response, request.url === '/base/absent' ? 404 : 200, { url: request.url })
  }
  const endAll = (): void => {
    given += 1
  }
  return { seen, script, endAll }
}

it('asks for a token once for all that wait for it, and sends it along', async () => {
  const { seen, script } = tokens()
  const api = await apiWith(script)

  const answers = await Promise.all(['/a', '/b?page=2', '/absent'].map(path => api.findJson({ path })))

  expect(answers.map(answer => answer?.json)).toEqual([{ url: '/base/a' }, { url: '/base/b?page=2' }, undefined])
  expect(seen.toSorted()).toEqual([
    'GET /base/a Bearer t1',
    'GET /base/absent Bearer t1',
    'GET /base/b?page=2 Bearer t1',
    'POST /base/token -',
  ])
})

it('goes on with a new token where the one before ended, in the middle of pages or by its time', async () => {
  const { seen, script, endAll } = tokens()
  const api = await apiWith(script)
  await api.findJson({ path: '/a' })
  endAll()

  const answer = await api.findJson({ path: '/b' })

  expect(answer?.json).toEqual({ url: '/base/b' })
  expect(seen.slice(2)).toEqual(['GET /base/b Bearer t1', 'POST /base/token -', 'GET /base/b Bearer t3'])
})

it('makes a new one before the time of the one before is over', async () => {
  const { seen, script } = tokens(5_000)
  const api = await apiWith(script)

  await api.findJson({ path: '/a' })
  await api.findJson({ path: '/b' })

  expect(seen.filter(line => line.startsWith('POST'))).toHaveLength(2)
  expect(seen.filter(line => line.startsWith('GET'))).toEqual(['GET /base/a Bearer t1', 'GET /base/b Bearer t2'])
})

it('asks with the credential of now where the one before is refused', async () => {
  const basic: Authorize = given => ({ headers: { authorization: `Token ${given?.password}` } })
  const script: RequestListener = (request, response) =>
    void json(response, request.headers.authorization === 'Token new' ? 200 : 403, {})
  const renewCredential = async () => ({ username: 'reader', password: 'new' })
  const api = await apiWith(script, { renewCredential }, basic)

  const answer = await api.findJson({ path: '/a' })

  expect(answer?.json).toEqual({})
})

it('a refusal names the request and the host, never what was sent', async () => {
  const script: RequestListener = (_, response) => void json(response, 401, { message: 'no' })
  const api = await apiWith(script, {}, () => ({ headers: { authorization: 'Bearer hush' } }))

  const refused = await api.findJson({ path: '/a?secret=hush' }).catch((error: unknown) => error)

  expect(refused).toBeInstanceOf(AccessDeniedError)
  expect(String(refused)).toMatch(/GET 127\.0\.0\.1:\d+\/base\/a: expected access, got 401/)
  expect(String(refused)).not.toContain('hush')
})

it('takes links of pages to its own address, and nowhere else', async () => {
  const { script } = tokens()
  const api = await apiWith(script)

  const own = await api.findJson({ path: `${api.api.href}/next` })
  const other = await api.findJson({ path: 'http://127.0.0.1:1/next' }).catch((error: unknown) => error)

  expect(own?.json).toEqual({ url: '/base/next' })
  expect(other).toBeInstanceOf(InvalidInputError)
  expect(String(other)).toContain('expected an address at')
})

it('what is no JSON, or no answer that was expected, is told as such', async () => {
  const script: RequestListener = (request, response) =>
    void response.writeHead(request.url === '/base/html' ? 200 : 418).end('<html>')
  const api = await apiWith(script, { clock: noWaiting }, () => ({ headers: {} }))

  const errors = await Promise.all(
    ['/html', '/teapot'].map(path => api.findJson({ path }).catch((error: unknown) => error)),
  )

  expect(errors.every(error => error instanceof InvalidInputError)).toBe(true)
})
