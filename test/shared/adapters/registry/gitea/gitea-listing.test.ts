import { describe, expect, it } from 'vitest'
import type { FakeRequest, FakeResponse } from '../../../../support/gitea/messages.ts'
import { repository, startGitea } from './gitea-world.ts'

const isApi = ({ url }: FakeRequest) => url.pathname.startsWith('/api/v1/')
const rows = (list: readonly object[], total = list.length): FakeResponse => ({
  status: 200,
  headers: { 'x-total-count': String(total) },
  json: list,
})
const row = (id: number, version: string, more: object = {}) => ({
  id,
  type: 'container',
  name: 'app',
  version,
  created_at: '2026-01-02T03:04:05Z',
  ...more,
})

describe('the list', () => {
  it('tells when each tag was pushed, and what was pushed by its digest', async () => {
    const { reader, push, store } = await startGitea()
    store.now = () => new Date('2026-03-01T00:00:00Z')
    const index = await push({ tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })
    store.now = () => new Date('2026-04-01T00:00:00Z')
    await push({ tag: 'v2' })

    const { tags, untagged, note } = await reader.listRepository(repository)

    const at = (text: string) => ({ pushedAt: new Date(text), taggedAt: new Date(text) })
    expect(tags.toSorted((a, b) => a.tag.localeCompare(b.tag))).toEqual([
      { tag: 'v1', ...at('2026-03-01T00:00:00Z') },
      { tag: 'v2', ...at('2026-04-01T00:00:00Z') },
    ])
    expect(untagged?.map(one => one.digest).sort()).toEqual(index.children.map(child => child.digest).sort())
    expect(note).toBeUndefined()
  })

  it('takes a request for each page as the administrators cut it, and one to spare', async () => {
    const { reader, seed, state, requests } = await startGitea()
    await seed(95)
    state.maxResponseItems = 20

    const { tags } = await reader.listRepository(repository)

    expect(tags).toHaveLength(95)
    expect(requests).toHaveLength(6)
  })

  it('takes one request where a page holds all', async () => {
    const { reader, seed, requests } = await startGitea()
    await seed(50)

    await reader.listRepository(repository)

    expect(requests).toHaveLength(1)
  })

  it('misses nothing where versions are deleted and pushed while it is read', async () => {
    const { reader, seed, state, store } = await startGitea()
    await seed(30)
    state.maxResponseItems = 10
    const [first] = [...store.packages.values()]
    const bytes = store.findManifest(repository, 'v1')
    let asked = 0
    state.answer = request => {
      if (!isApi(request) || ++asked !== 2 || bytes === undefined) return undefined
      first?.versions.delete('v29')
      store.putManifest(repository, { reference: 'fresh', mediaType: bytes.mediaType, bytes: bytes.bytes })
      return undefined
    }

    const { tags, note } = await reader.listRepository(repository)

    const names = new Set(tags.map(one => one.tag))
    expect(names).toEqual(new Set([...(first?.versions.keys() ?? [])].filter(name => !name.includes(':'))))
    expect(note).toBeUndefined()
  })

  it('of a version without the list of one package takes no other package for it', async () => {
    const { reader, push, state } = await startGitea()
    state.listsOnePackage = false
    await push({ tag: 'v1' })
    await push({ repository: 'team/app-server', tag: 'other' })
    await push({ repository: 'other/app', tag: 'elsewhere' })

    const { tags, note } = await reader.listRepository(repository)

    expect(tags.map(one => one.tag)).toEqual(['v1'])
    expect(note).toBeUndefined()
  })

  it('leaves out odd times and names, which cost nothing else', async () => {
    const { reader, state } = await startGitea()
    const odd = [row(1, 'v1'), row(2, 'v2', { created_at: 'yesterday' }), row(3, 'v3', { created_at: null })]
    const others = [row(4, '-x'), row(5, 'sha256:short'), row(6, 'v6', { type: 'npm' }), row(7, 'v7', { name: 'b' })]
    state.answer = request => (isApi(request) ? rows([...odd, ...others]) : undefined)

    const { tags, unreadable, untagged } = await reader.listRepository(repository)

    const pushedAt = new Date('2026-01-02T03:04:05Z')
    expect(tags).toEqual([{ tag: 'v1', pushedAt, taggedAt: pushedAt }, { tag: 'v2' }, { tag: 'v3' }])
    expect(unreadable?.map(one => one.name)).toEqual(['-x', 'sha256:short'])
    expect(untagged).toEqual([])
  })
})

describe('in the place of the list', () => {
  it.each<[string, (request: FakeRequest) => FakeResponse]>([
    ['a refused right', () => ({ status: 403, json: { message: 'token does not have required scope' } })],
    ['pages that do not add up', () => rows([row(1, 'v1')], 40)],
    ['pages without end', () => rows([row(1, 'v1')], 999_999_999)],
    ['no total', () => ({ status: 200, json: [row(1, 'v1')] })],
    ['an entry that is none', () => rows([{ id: 'x' }])],
    ['another list', () => ({ status: 200, json: { ok: true } })],
    ['a web page', () => ({ status: 200, text: '<html>sign in</html>', headers: { 'content-type': 'text/html' } })],
  ])('of %s stands the plain one, with a note', async (_what, answer) => {
    const { reader, push, state } = await startGitea()
    await push({ tag: 'v1' })
    state.answer = request => (isApi(request) ? answer(request) : undefined)

    const { tags, note } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1' }])
    expect(note).toContain('the right to read packages')
  })

  it('a refused right is asked for once', async () => {
    const { reader, push, state, asked } = await startGitea()
    await push({ tag: 'v1' })
    state.answer = request => (isApi(request) ? { status: 403, json: {} } : undefined)

    for (let at = 0; at < 3; at++) await reader.listRepository(repository)

    expect(asked('/api/')).toHaveLength(1)
  })
})

describe('the word of a RegistrySecret alone', () => {
  it('has the API asked where the registry says that it is a Gitea', async () => {
    const { reader, push } = await startGitea({ isTold: true })
    await push({ tag: 'v1' })

    const { tags } = await reader.listRepository(repository)

    expect(tags[0]?.pushedAt).toBeInstanceOf(Date)
  })

  it.each([
    'Bearer realm="http://127.0.0.1:1/jwt/auth",service="container_registry"',
    'Bearer realm="http://127.0.0.1:1/v2/token",service="other"',
    'Basic realm="x"',
  ])('has no credential sent to the API of a registry that asks %s', async header => {
    const { reader, push, state, asked } = await startGitea({ isTold: true })
    await push({ tag: 'v1' })
    state.answer = ({ url, headers }) =>
      url.pathname === '/v2/' && headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': header }, json: {} }
        : undefined

    const { tags, note } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1' }])
    expect(note).toBeDefined()
    expect(asked('/api/')).toEqual([])
  })
})

it('asks the API with its own token where there is one', async () => {
  const credential = { username: 'ci', password: 'wrong for the API', apiToken: 'hush' }
  const { reader, push } = await startGitea({ credential })
  await push({ tag: 'v1' })

  const { tags } = await reader.listRepository(repository)

  expect(tags[0]?.pushedAt).toBeInstanceOf(Date)
})
