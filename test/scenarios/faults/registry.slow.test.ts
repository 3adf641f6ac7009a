import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { always, isManifest, isTagList } from '../../support/registry-faults.ts'
import type { FaultyAnswer, ProxiedRequest } from '../../support/registry-proxy.ts'
import { aboutToDelete, expectDeletedAtLast, expectNothingGone } from './about-to-delete.ts'

let world: FaultyLoopback
beforeAll(async () => {
  world = await startFaultyLoopback()
})
afterAll(() => world.close())

const tooMany = (retryAfter?: string): FaultyAnswer => ({
  kind: 'answer',
  status: 429,
  ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }),
})

const status = (code: number): FaultyAnswer => ({ kind: 'answer', status: code })

const faults: readonly (readonly [string, FaultyAnswer])[] = [
  ['F16 429 without Retry-After', tooMany()],
  ['F16 429 with Retry-After in seconds', tooMany('1')],
  ['F16 429 with Retry-After as a date', tooMany('Thu, 01 Jan 2099 00:00:00 GMT')],
  ['F16 429 with Retry-After as unix time', tooMany('4070908800')],
  ['F16 429 with an absurd Retry-After', tooMany('1000000000')],
  ['F16 429 with a negative Retry-After', tooMany('-5')],
  ['F16 429 with a Retry-After that is no time', tooMany('soon')],
  ...[500, 502, 503, 504].map(code => [`F17 ${code}`, status(code)] as const),
  ['F17 a reset', { kind: 'reset' }],
  ['F17 half a body', { kind: 'half' }],
  ['F17 a stall after the headers', { kind: 'stall' }],
  ['F19 a token that is no longer accepted', status(401)],
  ['a 403', status(403)],
  ['B3 a body that is no JSON', { kind: 'rewrite', rewrite: body => `<html>${body}` }],
]

type Place = readonly [string, (repository: string, kept: string) => (request: ProxiedRequest) => boolean]

const places: readonly Place[] = [
  ['the tag list', isTagList],
  ['the look at a tag', repository => isManifest('HEAD', repository, 'v2')],
  ['everything', repository => request => request.path.startsWith(`/v2/${repository}/`)],
]

/** The answer to a HEAD has no body that could be cut or wrong. */
const hasMeaning = (fault: FaultyAnswer, place: string): boolean =>
  place !== 'the look at a tag' || !['half', 'rewrite', 'stall'].includes(fault.kind)

const combinations = places.flatMap(([place, matcher]) =>
  faults.filter(([, fault]) => hasMeaning(fault, place)).map(([name, fault]) => [name, place, fault, matcher] as const),
)

describe('a sweep that reads the registry afresh', () => {
  it.each(combinations)(
    '%s for %s: deletes nothing, and goes on when it is over',
    async (_, _place, fault, matcher) => {
      const toDelete = await aboutToDelete(world)
      const { sweep, kept, request } = toDelete
      const undo = world.proxy.inject(always(matcher(sweep.path, kept.digest), fault))

      const result = await sweep.execute(request).finally(undo)
      world.passHour()

      expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('kept everything') })
      await expectNothingGone(world, toDelete)
      await expectDeletedAtLast(toDelete)
    },
  )
})

const link = (target: string): FaultyAnswer => ({
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'application/json', link: `<${target}>; rel="next"` },
  body: JSON.stringify({ name: 'app', tags: ['v1'] }),
})

describe('a tag list whose links lie', () => {
  it.each<[string, (path: string) => string]>([
    ['in a circle', path => `/v2/${path}/tags/list?n=1000`],
    ['to another host', path => `http://169.254.169.254/v2/${path}/tags/list?n=1000&last=v1`],
    ['to another repository', () => '/v2/other/tags/list?n=1000&last=v1'],
    ['to nowhere', () => 'http://['],
  ])('F21 %s deletes nothing', async (_, target) => {
    const toDelete = await aboutToDelete(world)
    const { sweep, request } = toDelete
    const undo = world.proxy.inject(always(isTagList(sweep.path), link(target(sweep.path))))

    const result = await sweep.execute(request).finally(undo)
    world.passHour()

    expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('kept everything') })
    await expectNothingGone(world, toDelete)
    await expectDeletedAtLast(toDelete)
  })

  it('F21 the same page for ever ends, and deletes nothing', async () => {
    const toDelete = await aboutToDelete(world)
    const { sweep, request } = toDelete
    let page = 0
    const undo = world.proxy.inject(seen => {
      page += 1
      return isTagList(sweep.path)(seen) ? link(`/v2/${sweep.path}/tags/list?n=1000&page=${page}`) : undefined
    })

    const result = await sweep.execute(request).finally(undo)
    world.passHour()

    expect(result.message).toContain('kept everything')
    await expectNothingGone(world, toDelete)
  })

  it('F19 a token that ends at the third page deletes nothing', async () => {
    const toDelete = await aboutToDelete(world)
    const { sweep, request } = toDelete
    const undo = world.proxy.inject(seen => {
      if (!isTagList(sweep.path)(seen)) return undefined
      const page = Number(new URL(seen.path, 'http://registry').searchParams.get('page') ?? 0)
      if (page === 2) return status(401)
      const next = link(`/v2/${sweep.path}/tags/list?n=1000&page=${page + 1}`)
      return { ...next, body: JSON.stringify({ name: 'app', tags: [`v${page + 1}`] }) } as FaultyAnswer
    })

    const result = await sweep.execute(request).finally(undo)
    world.passHour()

    expect(result.message).toContain('kept everything')
    await expectNothingGone(world, toDelete)
    await expectDeletedAtLast(toDelete)
  })
})
