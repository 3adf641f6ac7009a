import type { ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { ociIndex } from '../../../../../shared/adapters/registry/media-types.ts'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import type { ReferrersOptions } from '../../../../../shared/ports/registry.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { json, noWaiting, refusal, sha256, someDigest, startFakeRegistry } from '../fake-registry.ts'

const entry = (name: string) => ({ mediaType: 'a/b', digest: sha256(name), size: 1, artifactType: 'x/sbom' })
const indexOf = (...names: string[]) => ({ schemaVersion: 2, mediaType: ociIndex, manifests: names.map(entry) })
const asIndex = { 'content-type': ociIndex }
const absent = (response: ServerResponse) => json(response, 404, refusal('MANIFEST_UNKNOWN'))

async function referrersOf(
  api: (path: string, response: ServerResponse) => unknown,
  tag: (response: ServerResponse) => unknown = absent,
) {
  const registry = await startFakeRegistry((request, response) => {
    if (request.url?.includes('/referrers/')) api(request.url, response)
    else tag(response)
  })
  return createOciReader(registry.options).listReferrers('team/app', someDigest)
}

it('gives the union of the API and the tag schema, each once', async () => {
  const referrers = await referrersOf(
    (_path, response) => json(response, 200, indexOf('one', 'both'), asIndex),
    response => json(response, 200, indexOf('both', 'two'), asIndex),
  )

  expect(referrers.map(({ digest }) => digest)).toEqual([sha256('one'), sha256('both'), sha256('two')])
})

it('does not ask for a referrers tag that is known to be absent', async () => {
  const registry = await startFakeRegistry((request, response) => {
    if (request.url?.includes('/referrers/')) json(response, 200, indexOf('one'), asIndex)
    else json(response, 200, indexOf('two'), asIndex)
  })
  const reader = createOciReader(registry.options)

  const referrers = await reader.listReferrers('team/app', someDigest, { hasReferrersTag: false })

  expect(referrers.map(({ digest }) => digest)).toEqual([sha256('one')])
})

it('reads every page of the API', async () => {
  const referrers = await referrersOf((path, response) => {
    const isLast = path.includes('last=one')
    const link = `</v2/team/app/referrers/${someDigest}?last=one>; rel="next"`
    json(response, 200, indexOf(isLast ? 'two' : 'one'), isLast ? asIndex : { ...asIndex, link })
  })

  expect(referrers).toHaveLength(2)
})

it('F21 does not read a next page that is of another subject', async () => {
  const link = `</v2/team/app/referrers/${sha256('other')}?last=one>; rel="next"`

  const failure = await failureOf(
    referrersOf((_path, response) => json(response, 200, indexOf('one'), { ...asIndex, link })),
  )

  expect(failure).toMatchObject({ name: 'InvalidInputError' })
})

it.each([303, 400, 404, 405, 406])('takes %d for a registry without the API', async status => {
  const referrers = await referrersOf(
    (_path, response) => response.writeHead(status, { location: '/' }).end(),
    response => json(response, 200, indexOf('one'), asIndex),
  )

  expect(referrers).toHaveLength(1)
})

it.each([429, 500, 503])('F34 throws on %d: unreadable is not none', async status => {
  expect(await failureOf(referrersOf((_path, response) => response.writeHead(status).end()))).toMatchObject({
    name: 'UnavailableError',
  })
  expect(
    await failureOf(
      referrersOf(
        (_path, response) => absent(response),
        response => response.writeHead(status).end(),
      ),
    ),
  ).toMatchObject({ name: 'UnavailableError' })
})

const oddAnswers: [string, (response: ServerResponse) => void][] = [
  ['another shape', response => json(response, 200, { hello: 'world' })],
  ['null in place of a list', response => json(response, 200, { schemaVersion: 2, manifests: null })],
  ['a web page', response => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>log in</h1>')],
  ['403', response => json(response, 403, refusal('DENIED'))],
  ['a redirect to a page of its own', response => response.writeHead(302, { location: '/v2/nowhere' }).end()],
]

it.each(oddAnswers)('B31 takes %s for a registry without the API, and asks for the tag', async (_name, answer) => {
  const referrers = await referrersOf(
    (_path, response) => answer(response),
    response => json(response, 200, indexOf('one'), asIndex),
  )

  expect(referrers).toHaveLength(1)
})

it.each(oddAnswers.slice(0, 4))('B31 takes %s under the referrers tag for none', async (_name, answer) => {
  const referrers = await referrersOf((_path, response) => json(response, 200, indexOf('one'), asIndex), answer)

  expect(referrers).toHaveLength(1)
})

it('B31 leaves out what is named by a digest of another algorithm', async () => {
  const other = { mediaType: 'text/plain', digest: `sha512:${'a'.repeat(128)}`, size: 1 }
  const { manifests } = indexOf('one')

  const referrers = await referrersOf((_path, response) =>
    json(response, 200, { schemaVersion: 2, manifests: [other, ...manifests] }, asIndex),
  )

  expect(referrers).toHaveLength(1)
})

it('B9 takes an image under the tag of the schema for no referrers', async () => {
  const image = { schemaVersion: 2, config: entry('config'), layers: [] }

  expect(
    await referrersOf(
      (_path, response) => absent(response),
      response => json(response, 200, image),
    ),
  ).toEqual([])
})

it('asks a registry without the API once a day for the record, and each minute before deletions', async () => {
  let asked = 0
  let now = new Date('2026-01-01T00:00:00Z')
  const registry = await startFakeRegistry(
    (request, response) => {
      if (request.url?.includes('/referrers/')) asked += 1
      absent(response)
    },
    { clock: { ...noWaiting, now: () => now } },
  )
  const reader = createOciReader(registry.options)
  const askedBy = async (options: ReferrersOptions) => {
    const before = asked
    for (let at = 0; at < 10; at++) await reader.listReferrers('team/app', sha256(`${at}`), options)
    return asked - before
  }

  expect(await askedBy({ isBestEffort: true })).toBe(3)
  expect(await askedBy({ isBestEffort: true })).toBe(0)
  now = new Date('2026-01-01T00:01:00Z')
  expect(await askedBy({})).toBe(3)
  expect(await askedBy({})).toBe(0)
  now = new Date('2026-01-02T00:01:00Z')
  expect(await askedBy({ isBestEffort: true })).toBe(3)
})

it('takes one digest that is gone for no registry without the API', async () => {
  let asked = 0
  const registry = await startFakeRegistry((request, response) => {
    if (!request.url?.includes('/referrers/') || ++asked % 3 === 0) return absent(response)
    json(response, 200, indexOf('one'), asIndex)
  })
  const reader = createOciReader(registry.options)

  for (let at = 0; at < 12; at++)
    await reader.listReferrers('team/app', sha256(`${at}`), { isBestEffort: true, hasReferrersTag: false })

  expect(asked).toBe(12)
})
