import { createHash } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ociManifest } from '../../../../../shared/adapters/registry/media-types.ts'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { json, sha256, someDigest, startFakeRegistry } from '../fake-registry.ts'

const bytes = Buffer.from(
  JSON.stringify({ schemaVersion: 2, config: { digest: sha256('config'), size: 1 }, layers: [] }),
)
const digest = sha256(bytes)

describe('B30 a tag list that is redirected', () => {
  /** What registry.k8s.io does: the list is on another host, under another path. */
  async function redirected(elsewhere: RequestListener) {
    const other = await startFakeRegistry(elsewhere)
    const registry = await startFakeRegistry(
      (request, response) => {
        const { pathname, search } = new URL(request.url ?? '', 'http://any')
        if (!pathname.startsWith('/v2/team/app/')) return void response.writeHead(200).end()
        response.writeHead(307, { location: `${other.url}/v2/other/place${pathname.slice(12)}${search}` }).end()
      },
      { credential: { username: 'reader', password: 'hush' }, realmHosts: [] },
    )
    // A redirect may lead to no loopback address that is not trusted.
    const reader = createOciReader({ ...registry.options, realmHosts: [other.host] })
    return { registry, other, reader }
  }

  it('is followed, page by page, and no credential arrives there', async () => {
    const { reader, registry, other } = await redirected((request, response) => {
      const isLast = request.url?.includes('last=v1')
      const link = '</v2/other/place/tags/list?last=v1>; rel="next"'
      json(response, 200, { tags: [isLast ? 'v2' : 'v1'] }, isLast ? {} : { link })
    })

    expect(await reader.listRepository('team/app')).toEqual({ tags: [{ tag: 'v1' }, { tag: 'v2' }] })
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
    // Each page is asked for at the registry itself, and only the query is the other side's word.
    expect(registry.requests.map(({ path }) => path)).toEqual([
      '/v2/team/app/tags/list?n=1000',
      '/v2/team/app/tags/list?last=v1',
    ])
  })

  it('is refused where its next page is on a third host', async () => {
    const { reader } = await redirected((_request, response) =>
      json(response, 200, { tags: ['v1'] }, { link: '<http://third.example/v2/other/place/tags/list?a>; rel="next"' }),
    )

    expect(await failureOf(reader.listRepository('team/app'))).toMatchObject({ name: 'InvalidInputError' })
  })

  it('is an error of the list where it ends at a web page', async () => {
    const { reader } = await redirected((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>log in</h1>'),
    )

    expect(await failureOf(reader.listRepository('team/app'))).toMatchObject({ name: 'InvalidInputError' })
  })
})

describe.each([405, 501])('B30 a registry that answers HEAD with %d', status => {
  const withoutHead: RequestListener = (request, response) => {
    if (request.method === 'HEAD') response.writeHead(status).end()
    else if (request.url?.endsWith('/gone') || request.url?.endsWith(someDigest)) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': ociManifest }).end(bytes)
  }

  it('is asked with GET, and with HEAD only once', async () => {
    const registry = await startFakeRegistry(withoutHead)
    const reader = createOciReader(registry.options)

    const found = [await reader.findTag('team/app', 'v1'), await reader.findTag('team/app', 'gone')]
    const held = [await reader.hasManifest('team/app', digest), await reader.hasManifest('team/app', someDigest)]

    expect(found).toEqual([digest, undefined])
    expect(held).toEqual([true, false])
    expect(registry.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'GET', 'GET', 'GET'])
  })
})

describe('a tag with a digest of another algorithm', () => {
  const sha512 = (body: Buffer) => `sha512:${createHash('sha512').update(body).digest('hex')}`
  const tagOf = async (stated: string, body = bytes) => {
    const registry = await startFakeRegistry((request, response) =>
      response
        .writeHead(200, { 'content-type': ociManifest, 'docker-content-digest': stated })
        .end(request.method === 'HEAD' ? undefined : body),
    )
    return createOciReader(registry.options).findTag('team/app', 'v1')
  }

  it('B28 is unreadable and may refer to what its bytes name, and to the same bytes by sha256', async () => {
    const found = await tagOf(sha512(bytes))

    expect(found).toEqual({
      unreadable: expect.stringContaining('an algorithm that is not served here'),
      mayReferTo: [digest, sha256('config')],
    })
  })

  it('B28 may refer to anything where its bytes hash to something else', async () => {
    const found = await tagOf(sha512(Buffer.from('other')))

    expect(found).toEqual({ unreadable: expect.stringContaining('expected a body that hashes to sha512:') })
  })

  it('B28 is believed where nobody here knows the algorithm', async () => {
    expect(await tagOf('blake9:abc')).toMatchObject({ mayReferTo: [digest, sha256('config')] })
  })

  it('is read by its bytes where the header is no digest at all', async () => {
    expect(await tagOf('none')).toBe(digest)
  })

  it('B30 is unreadable where a web page is in the place of a manifest', async () => {
    const found = await tagOf('none', Buffer.from('<h1>log in</h1>'))

    const told = /expected JSON, got a web page, .*: see what answers at that address$/
    expect(found).toEqual({ unreadable: expect.stringMatching(told) })
  })
})
