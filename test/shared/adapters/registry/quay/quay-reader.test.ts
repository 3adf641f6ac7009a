import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { QuayState } from '../../../../support/quay/fake-quay.ts'
import { sha256, someDigest } from '../fake-registry.ts'
import { robotsToken, startQuay } from './quay-world.ts'

const path = 'team/app'
const minute = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, number))

type Quay = Awaited<ReturnType<typeof startQuay>>

/** Tags of images that Quay knows without its storage: enough for lists. */
function seed({ shelf, state }: Quay, count: number): void {
  for (let number = 0; number < count; number++) {
    state.now = () => minute(number)
    shelf(path).point(`v${number}`, sha256(`image ${number}`))
  }
}

const apiOf = ({ requests }: Quay) => requests.filter(request => request.path.startsWith('/api/')).length

/** In the place of a page of the list. */
const pages = (answer: (page: number) => object): QuayState['answer'] => {
  return ({ path: asked }) => {
    const page = new URL(asked, 'http://any').searchParams.get('page')
    return asked.startsWith('/api/') ? { status: 200, body: answer(Number(page)) } : undefined
  }
}

describe('the list of Quay', () => {
  it('tells since when each tag is where it is, and for an image when the first of its tags came', async () => {
    const quay = await startQuay()
    seed(quay, 2)
    quay.state.now = () => minute(30)
    quay.shelf(path).point('prod', sha256('image 0'))
    quay.shelf(path).point('v1', sha256('image 2'))

    const { tags, note } = await quay.reader.listRepository(path)

    expect(note).toBeUndefined()
    expect(tags).toEqual([
      { tag: 'prod', digest: sha256('image 0'), taggedAt: minute(30), pushedAt: minute(0) },
      { tag: 'v1', digest: sha256('image 2'), taggedAt: minute(30), pushedAt: minute(30) },
      { tag: 'v0', digest: sha256('image 0'), taggedAt: minute(0), pushedAt: minute(0) },
    ])
  })

  it('leaves out what is deleted, and what was pushed without a tag', async () => {
    const quay = await startQuay()
    seed(quay, 2)
    quay.shelf(path).end(row => row.name === 'v0')
    quay.shelf(path).point(someDigest, someDigest)

    const { tags } = await quay.reader.listRepository(path)

    expect(tags.map(({ tag }) => tag)).toEqual(['v1'])
  })

  it('costs a request for each hundred tags', async () => {
    const quay = await startQuay()
    seed(quay, 250)

    const { tags } = await quay.reader.listRepository(path)

    expect([tags.length, apiOf(quay), quay.requests.length]).toEqual([250, 3, 3])
  })

  it('of a public repository needs no token', async () => {
    const quay = await startQuay(false)
    seed(quay, 1)
    quay.state.isPublic = true

    const { tags, note } = await quay.reader.listRepository(path)

    expect([tags[0]?.digest, note]).toEqual([sha256('image 0'), undefined])
  })

  it('that a robot may not read is read by names alone, with a note that says which token to give', async () => {
    const quay = await startQuay(false)
    seed(quay, 101)

    const listings = [await quay.reader.listRepository(path), await quay.reader.listRepository(path)]

    for (const { tags, note } of listings) {
      expect(tags).toHaveLength(101)
      expect(tags.some(tag => tag.digest)).toBe(false)
      expect(note).toContain('an OAuth token with repo:read')
    }
    expect(apiOf(quay)).toBe(1)
  })

  it('goes on in the middle of its pages with the token of now, where the one before is refused', async () => {
    const credential = { username: 'team+sweeper', password: 'hush', apiToken: 'before' }
    const renewCredential = async () => ({ ...credential, apiToken: 'oauth-of-team' })
    const quay = await startQuay(true, { credential, renewCredential })
    seed(quay, 150)
    quay.state.answer = ({ path: asked, headers }) =>
      headers.authorization === 'Bearer before' && asked.includes('page=1')
        ? {
            status: 200,
            body: { tags: quay.shelf(path).alive.slice(0, 100).map(asJson), page: 1, has_additional: true },
          }
        : undefined

    const { tags, note } = await quay.reader.listRepository(path)

    expect([tags.length, note]).toEqual([150, undefined])
  })
})

const asJson = ({ name, digest }: { name: string; digest: string }) => ({ name, manifest_digest: digest, start_ts: 1 })

const full = (page: number, count = 100) =>
  Array.from({ length: count }, (_, at) => asJson({ name: `p${page}-${at}`, digest: sha256(`${page} ${at}`) }))

describe('a list that is odd', () => {
  it.each([
    ['repeats its first page', (page: number) => ({ tags: full(1), page, has_additional: true })],
    [
      'gives another page than was asked for',
      (page: number) => ({ tags: full(page), page: 1, has_additional: page < 2 }),
    ],
    [
      'goes on after a page that is not full',
      (page: number) => ({ tags: full(page, 99), page, has_additional: page < 3 }),
    ],
    ['goes on after a page with nothing on it', (page: number) => ({ tags: [], page, has_additional: true })],
    ['does not say whether it goes on', (page: number) => ({ tags: full(page), page })],
    ['has no tags', () => ({ message: 'hello' })],
  ])('and %s is no list: the names alone are read, and no part of it', async (_, answer) => {
    const quay = await startQuay()
    seed(quay, 3)
    quay.state.answer = pages(answer)

    const { tags, note } = await quay.reader.listRepository(path)

    expect(tags).toEqual([{ tag: 'v0' }, { tag: 'v1' }, { tag: 'v2' }])
    expect(note).toContain('unless no Quay is there')
    expect(apiOf(quay)).toBeLessThanOrEqual(3)
  })

  it('costs its odd entries alone', async () => {
    const quay = await startQuay()
    const good = asJson({ name: 'good', digest: someDigest })
    const other = `sha512:${'b'.repeat(128)}`
    const entries = [
      good,
      { ...good, name: 'other-algorithm', manifest_digest: other },
      { ...good, name: 'no-digest', manifest_digest: null },
      { ...good, name: 'bad-times', start_ts: 'yesterday', end_ts: -1 },
      { ...good, name: '../../secrets' },
      { ...good, name: 7 },
      null,
    ]
    quay.state.answer = pages(page => ({ tags: entries, page, has_additional: false }))

    const { tags, unreadable, note } = await quay.reader.listRepository(path)

    expect(note).toBeUndefined()
    expect(tags.map(({ tag, digest }) => [tag, digest])).toEqual([
      ['good', someDigest],
      ['other-algorithm', undefined],
      ['no-digest', undefined],
      ['bad-times', someDigest],
    ])
    expect(unreadable?.map(({ name }) => name)).toEqual([
      '../../secrets',
      `entry ${JSON.stringify({ ...good, name: 7 })}`,
      'entry null',
    ])
  })

  it('has a tag that moved meanwhile where it was put last', async () => {
    const quay = await startQuay()
    const old = { ...asJson({ name: 'latest', digest: sha256('old') }), start_ts: 10 }
    const now = { ...asJson({ name: 'latest', digest: sha256('now') }), start_ts: 20 }
    quay.state.answer = pages(page => ({ tags: [old, now, old], page, has_additional: false }))

    const { tags } = await quay.reader.listRepository(path)

    expect(tags.map(({ digest }) => digest)).toEqual([sha256('now')])
  })
})

describe('a registry that a RegistrySecret alone calls Quay', () => {
  it('is asked by its API where it asks for tokens as a Quay does', async () => {
    const quay = await startQuay(true, { isTold: true, configured: true })
    seed(quay, 1)

    const { tags } = await quay.reader.listRepository(path)

    expect(tags[0]?.digest).toBe(sha256('image 0'))
    expect(quay.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('gets no token where it does not', async () => {
    const quay = await startQuay(true, { isTold: true })
    seed(quay, 1)
    const header = `Bearer realm="http://${quay.host}/token",service="${quay.host}"`
    quay.state.answer = ({ path: asked }) =>
      asked === '/v2/' ? { status: 401, body: {}, headers: { 'www-authenticate': header } } : undefined

    const { tags } = await quay.reader.listRepository(path)

    expect(tags).toEqual([{ tag: 'v0' }])
    expect(apiOf(quay)).toBe(0)
  })
})

it('a tag of an index is listed with its digest, though Quay tells no size of it', async () => {
  const quay = await startQuay()
  const image = { repository: path, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] }
  const { digest } = await pushImage(quay.url, image, robotsToken)

  expect((await quay.reader.listRepository(path)).tags[0]?.digest).toBe(digest)
})
