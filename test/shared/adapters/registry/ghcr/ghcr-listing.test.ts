import { expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createGhcrReader } from '../../../../../shared/adapters/registry/ghcr/ghcr-reader.ts'
import { AccessDeniedError, NotFoundError, UnavailableError } from '../../../../../shared/errors.ts'
import type { ApiAnswer } from '../../../../support/api-before-registry.ts'
import type { FrontRequest } from '../../../../support/registry-front.ts'
import { sha256 } from '../fake-registry.ts'
import { startGhcr } from './ghcr-world.ts'

const entry = (id: number, more: object = {}) => ({
  id,
  name: sha256(`version ${id}`),
  created_at: new Date(Date.UTC(2026, 0, 1, 0, id)).toISOString(),
  metadata: { package_type: 'container', container: { tags: [`v${id}`] } },
  ...more,
})

const pageOf = ({ path }: FrontRequest): number => Number(/[?&]page=(\d+)/.exec(path)?.[1] ?? 0)

/** Pages of a list, as GitHub links them. */
const pages =
  (all: readonly (readonly unknown[])[]) =>
  (request: FrontRequest): ApiAnswer | undefined => {
    if (!request.path.startsWith('/orgs/')) return undefined
    const page = pageOf(request)
    const link = `<https://api.github.com/x?page=${page + 1}>; rel="next", <https://api.github.com/x?page=${all.length}>; rel="last"`
    return { status: 200, body: all[page - 1] ?? [], headers: page < all.length ? { link } : {} }
  }

const namesAsked = (requests: readonly FrontRequest[]) => requests.map(({ method, path }) => `${method} ${path}`)

it('lists 250 versions with three requests, none of them for a manifest', async () => {
  const github = await startGhcr()
  const all = Array.from({ length: 250 }, (_, at) => entry(at + 1))
  github.state.answer = pages([all.slice(0, 100), all.slice(100, 200), all.slice(200)])

  const listing = await github.reader.listRepository('team/app')

  expect(listing.tags).toHaveLength(250)
  expect(listing.tags[0]).toEqual({
    tag: 'v1',
    digest: sha256('version 1'),
    pushedAt: new Date(Date.UTC(2026, 0, 1, 0, 1)),
  })
  expect(github.requests).toHaveLength(3)
})

it('escapes the name of a package, and asks an owner that is a user at another path, once for all pages', async () => {
  const github = await startGhcr()
  github.state.users.add('somebody')
  await pushImage(github.url, { repository: 'somebody/deep/app', tag: 'v1' })

  await github.reader.listRepository('somebody/deep/app')
  await github.reader.listRepository('somebody/deep/app')

  const path = 'somebody/packages/container/deep%2Fapp/versions?per_page=100&state=active&page=1'
  expect(namesAsked(github.requests)).toEqual([`GET /orgs/${path}`, `GET /users/${path}`, `GET /users/${path}`])
})

it('odd entries cost themselves', async () => {
  const github = await startGhcr()
  const oddDigest = entry(2, { name: `sha512:${'a'.repeat(128)}` })
  const oddTag = entry(3, { metadata: { container: { tags: ['fine', '../evil'] } } })
  const noDate = entry(4, { created_at: 'yesterday' })
  const noTags = entry(5, { metadata: {} })
  github.state.answer = pages([[entry(1), oddDigest, oddTag, noDate, noTags, 'no object', null]])

  const { tags, untagged, unreadable } = await github.reader.listRepository('team/app')

  expect(tags.map(({ tag, pushedAt }) => [tag, pushedAt !== undefined])).toEqual([
    ['v1', true],
    ['fine', true],
    ['v4', false],
  ])
  expect(untagged).toEqual([])
  expect(unreadable?.map(({ name }) => name)).toEqual([
    'v2',
    sha256('version 5'),
    'an entry that is no version',
    'an entry that is no version',
    '../evil',
  ])
})

it('a tag that stands at two versions is asked for by itself', async () => {
  const github = await startGhcr()
  const moved = { metadata: { container: { tags: ['latest'] } } }
  github.state.answer = pages([[entry(1, moved), entry(2, moved)]])

  const { tags } = await github.reader.listRepository('team/app')

  expect(tags).toEqual([{ tag: 'latest' }])
})

it.each([
  ['repeat', [[entry(1)], [entry(1)]]],
  ['have a hole', [[entry(1)], [], [entry(2)]]],
])('pages that %s are no list: the registry itself is asked, and the sync says so', async (_, all) => {
  const github = await startGhcr()
  await pushImage(github.url, { repository: 'team/app', tag: 'plain' })
  github.state.answer = pages(all)

  const listing = await github.reader.listRepository('team/app')

  expect(listing).toEqual({ tags: [{ tag: 'plain' }], note: expect.stringContaining('read:packages') })
})

it.each(['<https://api.github.com/x?page=99999>; rel="last"', '<https://api.github.com/x?page=2>; rel="next"'])(
  'no page is read where the first one says %s',
  async link => {
    const github = await startGhcr()
    await pushImage(github.url, { repository: 'team/app', tag: 'plain' })
    github.state.answer = request =>
      request.path.startsWith('/orgs/') ? { status: 200, body: [entry(1)], headers: { link } } : undefined

    const { note } = await github.reader.listRepository('team/app')

    expect(note).toBeDefined()
    expect(github.requests.filter(({ path }) => path.startsWith('/orgs/'))).toHaveLength(1)
  },
)

it('a token without the scope reads as before, is told which to have, and is not asked for again', async () => {
  const github = await startGhcr()
  await pushImage(github.url, { repository: 'team/app', tag: 'v1' })
  github.state.scopes = 'repo'

  const first = await github.reader.listRepository('team/app')
  await github.reader.listRepository('team/app')

  expect(first).toEqual({ tags: [{ tag: 'v1' }], note: expect.stringContaining('read:packages') })
  expect(github.requests.filter(({ path }) => path.startsWith('/orgs/'))).toHaveLength(1)
})

it.each([
  ['nobody', { credential: undefined }],
  ['a tenant who says alone that it is GHCR', { isTold: true }],
])('sends no token to the API for %s', async (_, more) => {
  const github = await startGhcr(more)
  await pushImage(github.url, { repository: 'team/app', tag: 'v1' })

  const { tags, untagged } = await github.reader.listRepository('team/app')

  expect(tags).toEqual([{ tag: 'v1' }])
  expect(untagged).toBeUndefined()
  expect(github.requests.every(({ path }) => path.startsWith('/v2/'))).toBe(true)
})

it('a package that GitHub does not show, and the registry does not have, is not there', async () => {
  const github = await startGhcr()

  await expect(github.reader.listRepository('team/absent')).rejects.toBeInstanceOf(NotFoundError)
})

it.each([
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 1800) }, 1_700_000],
  [{ 'retry-after': '40' }, 40_000],
  [{}, 60_000],
])('a 403 for too many requests is no missing right: it says how long to wait, by %o', async (headers, leastMs) => {
  const github = await startGhcr()
  github.state.answer = request =>
    request.path.startsWith('/orgs/')
      ? { status: 403, body: { message: 'You have exceeded a secondary rate limit.' }, headers }
      : undefined

  const failure = await github.reader.listRepository('team/app').catch((error: unknown) => error)

  expect(failure).toBeInstanceOf(UnavailableError)
  expect(failure).toMatchObject({ kind: 'rate-limited' })
  expect((failure as UnavailableError).retryAfterMs).toBeGreaterThanOrEqual(leastMs)
})

it('goes on with the new token where the one before ended between two pages', async () => {
  const all = [[entry(1)], [entry(2)]]
  const github = await startGhcr()
  const renewCredential = async () => ({ username: 'cleaner', password: 'anew' })
  const reader = createGhcrReader({ ...github.reach, renewCredential })
  github.state.answer = request => {
    if (pageOf(request) === 2 && request.headers.authorization !== 'Bearer anew')
      return { status: 401, body: { message: 'Bad credentials' } }
    return pages(all)(request)
  }

  const { tags } = await reader.listRepository('team/app')

  expect(tags.map(({ tag }) => tag)).toEqual(['v1', 'v2'])
})

it('takes the token for the API where one is given beside the password, and never sends it to the registry', async () => {
  const github = await startGhcr({ credential: { username: 'cleaner', password: 'pull', apiToken: 'hush' } })
  await pushImage(github.url, { repository: 'team/app', tag: 'v1' })

  const { untagged, note } = await github.reader.listRepository('team/app')

  expect(untagged).toEqual([])
  expect(note).toBeUndefined()
  const sent = github.requests.map(({ path, headers }) => [path.startsWith('/orgs/'), headers.authorization])
  expect(sent).toEqual([[true, 'Bearer hush']])
})

it('is refused as a whole where the registry itself refuses too', async () => {
  const github = await startGhcr()
  github.state.answer = () => ({ status: 403, body: { message: 'Forbidden' } })

  await expect(github.reader.listRepository('team/app')).rejects.toBeInstanceOf(AccessDeniedError)
})
