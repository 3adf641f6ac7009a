import { expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { NotFoundError, UnavailableError } from '../../../../../shared/errors.ts'
import type { FrontRequest } from '../../../../support/registry-front.ts'
import { sha256 } from '../fake-registry.ts'
import { startHub } from './hub-world.ts'

const entry = (name: string, more: object = {}) => ({
  name,
  digest: sha256(name),
  tag_last_pushed: '2026-01-02T03:04:05.123Z',
  tag_last_pulled: '0001-01-01T00:00:00Z',
  ...more,
})

const pageOf = ({ path }: FrontRequest): number => Number(/[?&]page=(\d+)/.exec(path)?.[1] ?? 0)
const isList = ({ path }: FrontRequest) => path.startsWith('/v2/namespaces/')

it('lists 250 tags with a token and three pages, and no manifest', async () => {
  const hub = await startHub()
  const all = Array.from({ length: 250 }, (_, at) => entry(`v${at}`))
  hub.state.answer = request => {
    if (!isList(request)) return undefined
    const from = (pageOf(request) - 1) * 100
    return { status: 200, body: { count: 250, next: null, results: all.slice(from, from + 100) } }
  }

  const { tags } = await hub.reader.listRepository('library/nginx')

  const at = new Date('2026-01-02T03:04:05.123Z')
  expect(tags).toHaveLength(250)
  expect(tags[0]).toEqual({ tag: 'v0', digest: sha256('v0'), pushedAt: at, taggedAt: at })
  expect(hub.requests.map(({ method, path }) => `${method} ${path.split('&', 1)[0]}`)).toEqual([
    'POST /v2/auth/token',
    ...Array.from({ length: 3 }, () => 'GET /v2/namespaces/library/repositories/nginx/tags?page_size=100'),
  ])
})

it('odd entries cost themselves, and a tag without a digest is asked for by itself', async () => {
  const hub = await startHub()
  const images = [{ digest: sha256('a child') }]
  const results = [
    entry('fine', { tag_last_pulled: '2026-02-03T00:00:00Z' }),
    entry('old', { digest: undefined, images, tag_last_pushed: null }),
    entry('odd-digest', { digest: 'md5:1' }),
    entry('../evil'),
    'none',
    { name: 7 },
  ]
  hub.state.answer = request => (isList(request) ? { status: 200, body: { count: 6, results } } : undefined)

  const { tags, unreadable } = await hub.reader.listRepository('team/app')

  expect(tags.map(({ tag, digest, pushedAt, pulledAt }) => [tag, digest, !!pushedAt, !!pulledAt])).toEqual([
    ['fine', sha256('fine'), true, true],
    ['old', undefined, false, false],
    ['odd-digest', undefined, true, false],
  ])
  expect(unreadable?.map(({ name }) => name)).toEqual(['../evil', 'an entry that is no tag', 'an entry that is no tag'])
})

it.each([
  ['pages that repeat', { count: 200, results: [entry('v1')] }],
  ['more pages than any repository has', { count: 10_000_000, results: [entry('v1')] }],
  ['a body that is no page', { detail: 'come back later' }],
])('%s are no list: the registry is asked, and the sync says so', async (_, body) => {
  const hub = await startHub()
  await pushImage(hub.url, { repository: 'team/app', tag: 'plain' })
  hub.state.answer = request => (isList(request) ? { status: 200, body } : undefined)

  const listing = await hub.reader.listRepository('team/app')

  expect(listing).toEqual({ tags: [{ tag: 'plain' }], note: expect.stringContaining('token that may read') })
})

it('nobody is sent to the token, and sees what is public', async () => {
  const hub = await startHub({ credential: undefined })
  await pushImage(hub.url, { repository: 'team/app', tag: 'v1' })

  const { tags } = await hub.reader.listRepository('team/app')

  expect(tags).toMatchObject([{ tag: 'v1', pushedAt: expect.any(Date) }])
  expect(hub.requests).toHaveLength(1)
})

it('a tenant alone who says that it is Docker Hub has no password sent to an API', async () => {
  const hub = await startHub({ isTold: true })
  await pushImage(hub.url, { repository: 'team/app', tag: 'v1' })

  const { tags } = await hub.reader.listRepository('team/app')

  expect(tags).toEqual([{ tag: 'v1' }])
  expect(hub.requests.every(({ path }) => path.startsWith('/v2/team/app/'))).toBe(true)
})

it('goes on with a new token where the one before ended between two pages', async () => {
  const hub = await startHub()
  hub.state.secret.add('team/app')
  hub.state.answer = request => {
    if (!isList(request) || pageOf(request) === 1) {
      if (isList(request)) queueMicrotask(() => hub.endTokens())
      return isList(request) ? { status: 200, body: { count: 101, results: [entry('v1')] } } : undefined
    }
    return request.headers.authorization === 'Bearer jwt-1'
      ? { status: 401, body: { message: 'token expired' } }
      : { status: 200, body: { count: 101, results: [entry('v2')] } }
  }

  const { tags } = await hub.reader.listRepository('team/app')

  expect(tags.map(({ tag }) => tag)).toEqual(['v1', 'v2'])
  expect(hub.requests.filter(({ path }) => path === '/v2/auth/token')).toHaveLength(2)
})

it('a password that Docker Hub refuses for its API leaves the plain list, and is sent there once', async () => {
  const hub = await startHub({ credential: { username: 'cleaner', password: 'wrong' } })
  await pushImage(hub.url, { repository: 'team/app', tag: 'v1' })

  const { note } = await hub.reader.listRepository('team/app')
  await hub.reader.listRepository('team/app')

  expect(note).toContain('token')
  expect(hub.requests.filter(({ path }) => path === '/v2/auth/token')).toHaveLength(1)
})

it('waits as long as X-Retry-After says, which is a unix time', async () => {
  const hub = await startHub()
  const at = String(Math.ceil(Date.now() / 1000) + 600)
  hub.state.answer = request =>
    isList(request) ? { status: 429, body: {}, headers: { 'x-retry-after': at } } : undefined

  const failure = await hub.reader.listRepository('team/app').catch((error: unknown) => error)

  expect(failure).toBeInstanceOf(UnavailableError)
  expect((failure as UnavailableError).retryAfterMs).toBeGreaterThan(500_000)
})

it('a repository that neither of them has is not there', async () => {
  const { reader } = await startHub()

  await expect(reader.listRepository('team/absent')).rejects.toBeInstanceOf(NotFoundError)
})
