import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { json, refusal, startFakeRegistry } from '../fake-registry.ts'

/** Serves these pages in turn by `last`; each links to the next as `linkTo` says. */
const pagesOf =
  (
    pages: readonly unknown[],
    linkTo = (page: number) => `</v2/team/app/tags/list?last=${page}>; rel="next"`,
  ): RequestListener =>
  (request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://any').searchParams.get('last') ?? 0)
    const headers: Record<string, string> = page + 1 < pages.length ? { link: linkTo(page + 1) } : {}
    json(response, 200, { name: 'team/app', tags: pages[page] }, headers)
  }

async function listOf(script: RequestListener) {
  const registry = await startFakeRegistry(script)
  const listing = await createOciReader(registry.options).listRepository('team/app')
  return listing.tags.map(({ tag }) => tag)
}

const listFailure = (script: RequestListener): Promise<unknown> => failureOf(listOf(script))

describe('a tag list', () => {
  it('asks for a thousand tags a page', async () => {
    const registry = await startFakeRegistry(pagesOf([['v1']]))

    await createOciReader(registry.options).listRepository('team/app')

    expect(registry.requests.map(({ path }) => path)).toEqual(['/v2/team/app/tags/list?n=1000'])
  })

  it('I18 goes on while there is a link, however short or empty a page is', async () => {
    expect(await listOf(pagesOf([['v1'], [], ['v2', 'v3']]))).toEqual(['v1', 'v2', 'v3'])
  })

  it('merges a tag that two pages give', async () => {
    expect(
      await listOf(
        pagesOf([
          ['v1', 'v2'],
          ['v2', 'v3'],
        ]),
      ),
    ).toEqual(['v1', 'v2', 'v3'])
  })

  it('I18 takes the query of a link that lacks the prefix of the registry', async () => {
    const script = pagesOf(
      [['v1'], ['v2']],
      page => `</other/prefix/team/app/tags/list?n=1000&last=${page}>; rel="next"`,
    )

    expect(await listOf(script)).toEqual(['v1', 'v2'])
  })

  it('finds the next page among several links', async () => {
    const script = pagesOf(
      [['v1'], ['v2']],
      page =>
        `</v2/team/app/tags/list?first=1>; rel="first", </v2/team/app/tags/list?last=${page}>; title="a"; rel=next`,
    )

    expect(await listOf(script)).toEqual(['v1', 'v2'])
  })

  it('F20 is empty when the registry answers 200 with none, or null', async () => {
    expect(await listOf(pagesOf([[]]))).toEqual([])
    expect(await listOf(pagesOf([null]))).toEqual([])
  })

  it('F20 is a missing repository only on a 404 of the registry', async () => {
    const failure = await listFailure((_request, response) => json(response, 404, refusal('NAME_UNKNOWN')))

    expect(failure).toMatchObject({ name: 'NotFoundError' })
  })

  it('F20 is not a missing repository on the 404 page of a proxy', async () => {
    const failure = await listFailure((_request, response) =>
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>no such site</h1>'),
    )

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
  })

  it.each([
    ['no list', { name: 'team/app' }],
    ['numbers', { tags: [1, 2] }],
    ['an array', ['v1']],
  ])('is refused when it is %s', async (_name, body) => {
    const failure = await listFailure((_request, response) => json(response, 200, body))

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
  })

  it.each(['-v1', '.v1', 'a'.repeat(129), 'v1\nv2', 'sha256:abc', '../v1', ''])(
    'B9 B29 tells the name that is none of a tag from those that are: %j',
    async name => {
      const registry = await startFakeRegistry(pagesOf([['v1', name]]))

      const { tags, unreadable = [] } = await createOciReader(registry.options).listRepository('team/app')

      expect(tags).toEqual([{ tag: 'v1' }])
      expect(unreadable.map(odd => odd.name)).toEqual([name])
      expect(unreadable[0]?.unreadable).not.toContain('\n')
    },
  )

  it('B9 takes a tag of 128 characters', async () => {
    expect(await listOf(pagesOf([['a'.repeat(128)]]))).toHaveLength(1)
  })
})

describe('a next page', () => {
  it('F21 that was read before ends the list with a refusal', async () => {
    const script = pagesOf([['v1'], ['v2'], ['v3']], page => `</v2/team/app/tags/list?last=${page % 2}>; rel="next"`)

    expect(await listFailure(script)).toMatchObject({ name: 'InvalidInputError' })
  })

  it('F21 that is the same for ever under new names ends the list with a refusal', async () => {
    let page = 0
    const failure = await listFailure((_request, response) =>
      json(response, 200, { tags: ['v1'] }, { link: `</v2/team/app/tags/list?last=${++page}>; rel="next"` }),
    )

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
    expect(page).toBeLessThan(9)
  })

  it.each([
    ['F21 on another host', '<https://evil.example/v2/team/app/tags/list?last=1>; rel="next"'],
    ['F21 on the metadata service', '<http://169.254.169.254/v2/team/app/tags/list?last=1>; rel="next"'],
    ['F21 of another list', '</v2/other/app/tags/list?last=1>; rel="next"'],
    ['F21 of another resource', '</v2/team/app/blobs/uploads?last=1>; rel="next"'],
  ])('%s is not read', async (_name, link) => {
    const registry = await startFakeRegistry((_request, response) => json(response, 200, { tags: ['v1'] }, { link }))

    const failure = await failureOf(createOciReader(registry.options).listRepository('team/app'))

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
    expect(registry.requests).toHaveLength(1)
  })
})

describe('in mid-paging', () => {
  /** The second page answers this before it answers as it should, or for ever. */
  const failingOnPageTwo = (times: number, answer: RequestListener): RequestListener => {
    const pages = pagesOf([['v1'], ['v2']])
    let failed = 0
    return (request, response) => {
      if (request.url?.includes('last=1') && failed++ < times) answer(request, response)
      else pages(request, response)
    }
  }

  it.each([
    ['500', (response: Parameters<RequestListener>[1]) => response.writeHead(500).end()],
    ['503', (response: Parameters<RequestListener>[1]) => response.writeHead(503).end()],
    ['a reset', (response: Parameters<RequestListener>[1]) => response.socket?.destroy()],
    [
      'half a body',
      (response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"tags":["v2"', () => response.socket?.destroy())
      },
    ],
  ])('F17 %s once is overcome, and for ever is never a shorter list', async (_name, act) => {
    const once = await listOf(failingOnPageTwo(1, (_request, response) => void act(response)))
    const forEver = await listFailure(failingOnPageTwo(99, (_request, response) => void act(response)))

    expect(once).toEqual(['v1', 'v2'])
    expect(forEver).toMatchObject({ name: 'UnavailableError' })
  })

  it('F16 a long wish to wait ends the list, and says how long', async () => {
    const failure = await listFailure(
      failingOnPageTwo(99, (_request, response) => response.writeHead(429, { 'retry-after': '120' }).end()),
    )

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'rate-limited', retryAfterMs: 120_000 })
  })
})
