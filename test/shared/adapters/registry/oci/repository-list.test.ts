import type { RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { AccessDeniedError, InvalidInputError, NotFoundError } from '../../../../../shared/errors.ts'
import { json, refusal, startFakeRegistry } from '../fake-registry.ts'

async function readerOf(script: RequestListener) {
  const registry = await startFakeRegistry(script, { credential: { username: 'reader', password: 'hush' } })
  return createOciReader(registry.options)
}

/** Two pages, the second of which says again what the first said. */
const paged =
  (seen: string[]): RequestListener =>
  (request, response) => {
    seen.push(request.url ?? '')
    if (request.url?.includes('last=') !== true)
      return void json(
        response,
        200,
        { repositories: ['team/app', '../etc', 7, 'Upper/Case', 'team/web'] },
        { link: '</v2/_catalog?last=team%2Fweb&n=1000>; rel="next"' },
      )
    return void json(response, 200, { repositories: ['team/web', 'team/z'] })
  }

it('lists each path once, all pages, and leaves out what is no path', async () => {
  const seen: string[] = []
  const reader = await readerOf(paged(seen))

  const paths = await reader.listRepositories()

  expect(paths).toEqual(['team/app', 'team/web', 'team/z'])
  expect(seen).toHaveLength(2)
})

it('asks for no page more than holds what was asked for', async () => {
  const seen: string[] = []
  const reader = await readerOf(paged(seen))

  const paths = await reader.listRepositories(2)

  expect(paths).toEqual(['team/app', 'team/web'])
  expect(seen).toHaveLength(1)
})

it('asks for a token of the catalog, and of no repository', async () => {
  const scopes: (string | null)[] = []
  const reader = await readerOf((request, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    if (url.pathname === '/token') {
      scopes.push(url.searchParams.get('scope'))
      return void json(response, 200, { token: 'catalog' })
    }
    if (request.headers.authorization === 'Bearer catalog') return void json(response, 200, { repositories: null })
    const challenge = `Bearer realm="http://${request.headers.host}/token",service="test",scope="registry:catalog:*"`
    return void json(response, 401, refusal('UNAUTHORIZED'), { 'www-authenticate': challenge })
  })

  const paths = await reader.listRepositories()

  expect(paths).toEqual([])
  expect(scopes).toEqual(['registry:catalog:*'])
})

it.each([
  [404, refusal('NOT_FOUND'), NotFoundError],
  [405, refusal('UNSUPPORTED'), NotFoundError],
  [403, refusal('DENIED'), AccessDeniedError],
  [200, { tags: [] }, InvalidInputError],
])('an answer %s without a catalog is told as what it is', async (status, body, family) => {
  const reader = await readerOf((_, response) => void json(response, status, body))

  const listed = await reader.listRepositories().catch((error: unknown) => error)

  expect(listed).toBeInstanceOf(family)
})
