import type { RequestListener, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { createOciWriter } from '../../../../../shared/adapters/registry/oci/oci-writer.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { json, refusal, startFakeRegistry } from '../fake-registry.ts'

const credential = { username: 'reader', password: 'hush-hush' }
const basic = `Basic ${Buffer.from('reader:hush-hush').toString('base64')}`

const challenge = (response: ServerResponse, header: string) =>
  json(response, 401, refusal('UNAUTHORIZED'), { 'www-authenticate': header })

/** Lists tags for whoever brings a token of its own realm; each token is good for `uses` requests. */
function bearerRegistry(uses = Number.POSITIVE_INFINITY): RequestListener {
  let issued = 0
  let left = 0
  return (request, response) => {
    const host = request.headers.host
    if (request.url?.startsWith('/token')) {
      if (request.headers.authorization !== basic) return void json(response, 401, {})
      left = uses
      return void json(response, 200, { token: `token-${++issued}`, expires_in: 300 })
    }
    if (request.headers.authorization !== `Bearer token-${issued}` || left-- < 1)
      return void challenge(
        response,
        `Bearer realm="http://${host}/token",service="registry",scope="repository:x:push"`,
      )
    const page = Number(new URL(request.url ?? '', 'http://any').searchParams.get('last') ?? 0)
    const link = `</v2/team/app/tags/list?last=${page + 1}>; rel="next"`
    json(response, 200, { tags: [`v${page}`] }, page < 3 ? { link } : {})
  }
}

describe('a token', () => {
  it('is fetched with the credential and then sent', async () => {
    const registry = await startFakeRegistry(bearerRegistry(), { credential })

    const listing = await createOciReader(registry.options).listRepository('team/app')

    expect(listing.tags).toHaveLength(4)
    expect(registry.requests.filter(({ path }) => path.startsWith('/token'))).toHaveLength(1)
  })

  it('is asked for with pull alone by a reader, whatever the registry proposes', async () => {
    const registry = await startFakeRegistry(bearerRegistry(), { credential })

    await createOciReader(registry.options).listRepository('team/app')

    const asked = registry.requests.find(({ path }) => path.startsWith('/token'))?.path ?? ''
    expect(new URL(asked, 'http://any').searchParams.get('scope')).toBe('repository:team/app:pull')
  })

  it('is asked for with push and delete by a writer', async () => {
    const registry = await startFakeRegistry(bearerRegistry(), { credential })

    await createOciWriter(registry.options).listRepository('team/app')

    const asked = registry.requests.find(({ path }) => path.startsWith('/token'))?.path ?? ''
    expect(new URL(asked, 'http://any').searchParams.get('scope')).toBe('repository:team/app:pull,push,delete')
  })

  it('F19 that expires in mid-paging is fetched again, and the list goes on where it was', async () => {
    const registry = await startFakeRegistry(bearerRegistry(2), { credential })

    const listing = await createOciReader(registry.options).listRepository('team/app')

    expect(listing.tags.map(({ tag }) => tag)).toEqual(['v0', 'v1', 'v2', 'v3'])
    expect(registry.requests.filter(({ path }) => path.startsWith('/token'))).toHaveLength(2)
  })

  it('F19 that is refused even when fresh is denied access', async () => {
    const registry = await startFakeRegistry(bearerRegistry(0), { credential })

    const failure = await failureOf(createOciReader(registry.options).listRepository('team/app'))

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    expect(registry.requests).toHaveLength(3)
  })

  it('is fetched once for many requests at a time', async () => {
    const registry = await startFakeRegistry(bearerRegistry(), { credential })
    const reader = createOciReader(registry.options)

    await Promise.all(Array.from({ length: 8 }, () => reader.listRepository('team/app')))

    expect(registry.requests.filter(({ path }) => path.startsWith('/token'))).toHaveLength(1)
  })

  it('B2 that could not stand in a header is refused', async () => {
    const registry = await startFakeRegistry((request, response) => {
      if (request.url?.startsWith('/token')) json(response, 200, { token: 'a\r\nx-evil: 1' })
      else challenge(response, `Bearer realm="http://${request.headers.host}/token"`)
    })

    const failure = await failureOf(createOciReader(registry.options).checkAccess())

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
  })
})

describe('basic access', () => {
  const basicRegistry: RequestListener = (request, response) => {
    if (request.headers.authorization === basic) json(response, 200, { tags: ['v1'] })
    else challenge(response, 'Basic realm="registry"')
  }

  it('is given when it is asked for, and kept', async () => {
    const registry = await startFakeRegistry(basicRegistry, { credential })
    const reader = createOciReader(registry.options)

    await reader.listRepository('team/app')
    await reader.listRepository('team/app')

    expect(registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, basic, basic])
  })

  it('is denied once for a wrong password, without it in the message', async () => {
    const wrong = { username: 'reader', password: 'wrong-secret' }
    const registry = await startFakeRegistry(basicRegistry, { credential: wrong })

    const failure = await failureOf(createOciReader(registry.options).checkAccess())

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    expect(String(failure)).not.toContain('wrong-secret')
    expect(registry.requests).toHaveLength(2)
  })

  it('is denied without a credential', async () => {
    const registry = await startFakeRegistry(basicRegistry)

    expect(await failureOf(createOciReader(registry.options).checkAccess())).toMatchObject({
      name: 'AccessDeniedError',
    })
  })

  it('is denied on 403', async () => {
    const registry = await startFakeRegistry((_request, response) => json(response, 403, refusal('DENIED')))

    expect(await failureOf(createOciReader(registry.options).findTag('team/app', 'v1'))).toMatchObject({
      name: 'AccessDeniedError',
    })
  })
})
