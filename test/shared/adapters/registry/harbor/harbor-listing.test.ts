import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createHarborReader } from '../../../../../shared/adapters/registry/harbor/harbor-reader.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { NotFoundError } from '../../../../../shared/errors.ts'
import { artifactJson } from '../../../../support/harbor/artifact-json.ts'
import { robotRights } from '../../../../support/harbor/core.ts'
import { seedArtifact, seedSignature } from '../../../../support/harbor/seeded.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { sha256, someDigest } from '../fake-registry.ts'
import { pullsOf, startHarbor } from './harbor-world.ts'

const repository = 'team/deep/app'
const isPage = ({ path }: { path: string }) => path.includes('/artifacts?')
const pageOf = (path: string) => Number(new URL(path, 'http://localhost').searchParams.get('page'))

const many = (count: number) => Array.from({ length: count }, (_, at) => `v${at}`)

describe('a list of artifacts', () => {
  it('is read in pages of a hundred, the first of them twice, with the repository escaped twice', async () => {
    const { database, reader, requests } = await startHarbor()
    for (const tag of many(1000)) seedArtifact(database, repository, tag, tag)

    const listing = await reader.listRepository(repository)

    expect(listing.tags).toHaveLength(1000)
    expect(listing.described?.size).toBe(1000)
    expect(requests.map(({ path }) => pageOf(path))).toEqual([1, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(requests[0]?.path).toContain('/api/v2.0/projects/team/repositories/deep%252Fapp/artifacts?')
    expect(requests[0]?.headers.authorization).toMatch(/^Basic /)
  })

  it('B11 is looked for at no other host, to which no redirect leads and no credential goes', async () => {
    const { state, url, host } = await startHarbor()
    const elsewhere = await startScriptedServer((_request, response) => response.end('[]'))
    await pushImage(url, { repository, tag: 'v1' })
    state.answer = ({ path }) =>
      path.startsWith('/api/') ? { status: 302, headers: { location: `${elsewhere.url}${path}` } } : undefined

    // A host that may be reached, so that nothing but the redirect itself is refused.
    const reach = { endpoint: url, host, configured: true, realmHosts: [elsewhere.host] }
    const listing = await createHarborReader(reach).listRepository(repository)

    expect(elsewhere.requests).toEqual([])
    expect(listing).toEqual({ tags: [{ tag: 'v1' }], note: expect.stringContaining('unless no Harbor is there') })
  })

  it('is asked for on the word of a RegistrySecret where the registry calls itself Harbor, and asked so once', async () => {
    const { state, url, host, requests } = await startHarbor()
    await pushImage(url, { repository, tag: 'v1' })
    const realm = `Bearer realm="${url}/service/token",service="harbor-registry"`
    state.answer = ({ path, headers }) =>
      path === '/v2/' && !headers.authorization ? { status: 401, headers: { 'www-authenticate': realm } } : undefined
    const reader = createHarborReader({ endpoint: url, host, configured: true, isTold: true })

    const { tags, note } = await reader.listRepository(repository)
    const digest = await reader.findTag(repository, 'v1')

    expect([tags.map(tag => tag.digest), note]).toEqual([[digest], undefined])
    expect(requests.filter(({ path }) => path === '/v2/')).toHaveLength(1)
    expect(requests.filter(({ path }) => path.startsWith('/api/'))).toHaveLength(2)
  })

  it.each([
    ['says nothing', undefined],
    ['calls itself otherwise', 'Bearer realm="https://auth.example.com/token",service="registry.example.com"'],
    ['asks for user names', 'Basic realm="harbor-registry"'],
  ])(
    'T2 is not asked for on the word of a RegistrySecret where the registry %s, whoever serves /api/',
    async (_, said) => {
      const { state, url, host, requests } = await startHarbor()
      await pushImage(url, { repository, tag: 'v1' })
      state.answer = ({ path }) =>
        path === '/v2/' && said !== undefined ? { status: 401, headers: { 'www-authenticate': said } } : undefined
      const reader = createHarborReader({ endpoint: url, host, configured: true, isTold: true })

      const listing = await reader.listRepository(repository)
      await reader.findTag(repository, 'v1')
      await reader.describeManifest?.(repository, someDigest)

      expect(listing).toEqual({ tags: [{ tag: 'v1' }], note: expect.stringContaining('unless no Harbor is there') })
      expect(requests.filter(({ path }) => path.startsWith('/api/'))).toEqual([])
    },
  )

  it.each(['first', 'last'])('that loses artifacts of its %s pages first loses no other', async from => {
    const { database, reader, state } = await startHarbor()
    const digests = many(450).map(tag => seedArtifact(database, repository, tag, tag))
    const ordered = digests.filter((_, at) => at % 100 === 5)
    const doomed = from === 'first' ? ordered : ordered.toReversed()
    let reads = 0
    state.answer = request => {
      const gone = isPage(request) && reads++ > 0 ? doomed.shift() : undefined
      if (gone) database.deleteDeeply(database.get(repository, gone))
      return undefined
    }

    const { tags } = await reader.listRepository(repository)

    const listed = new Set(tags.map(tag => tag.digest))
    const left = database.inRepository(repository).map(one => one.digest)
    expect(left).toHaveLength(445)
    expect(left.filter(digest => !listed.has(digest))).toEqual([])
  })

  it.each([false, true])('finds what hidden signatures push off the last page (counted: %s)', async counts => {
    const { database, reader, state } = await startHarbor()
    state.countsHiddenRows = counts
    const subjects = many(150).map(tag => seedArtifact(database, repository, tag, tag))
    const signed = subjects.slice(0, 120)
    const signatures = signed.map(digest => seedSignature(database, repository, digest))
    const last = seedArtifact(database, repository, 'last', 'last')

    const { tags, untagged, described } = await reader.listRepository(repository)

    expect(tags.find(({ tag }) => tag === 'last')?.digest).toBe(last)
    const attached = tags.filter(({ tag }) => tag.endsWith('.sig'))
    expect(attached.map(tag => tag.digest).toSorted()).toEqual(signatures.toSorted())
    expect(described?.get(signatures[0] as Digest)?.manifest.subject).toBe(signed[0])
    expect(untagged).toEqual([])
  })

  it('leaves the tags of two signatures of one image to be asked for', async () => {
    const { database, reader } = await startHarbor()
    const subject = seedArtifact(database, repository, 'v1', 'v1')
    const first = seedSignature(database, repository, subject)
    const layers = [{ digest: someDigest, mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', size: 1 }]
    const tag = `${subject.replace(':', '-')}.sig`
    const second = seedArtifact(database, repository, tag, 'again', { layers })

    const { tags, untagged } = await reader.listRepository(repository)
    const digest = await reader.findTag(repository, tag)

    expect(tags.find(one => one.tag === tag)).toEqual({ tag })
    expect(digest).toBe(second)
    expect(untagged?.map(one => one.digest).toSorted()).toEqual([first, second].toSorted())
  })

  it('leaves a tag of any name on a hidden signature to be asked for, and those about signatures', async () => {
    const { database, reader } = await startHarbor()
    const signature = seedSignature(database, repository, seedArtifact(database, repository, 'v1', 'v1'))
    const about = seedSignature(database, repository, signature)
    const signed = database.get(repository, signature)
    database.tags.set(-1, { id: -1, repository, name: 'stable', artifact: signed, pushedAt: new Date() })

    const { tags } = await reader.listRepository(repository)
    const found = await Promise.all(
      ['stable', `${signature.replace(':', '-')}.sig`].map(tag => reader.findTag(repository, tag)),
    )

    expect(tags.map(one => one.tag)).toEqual(expect.arrayContaining(['stable', `${signature.replace(':', '-')}.sig`]))
    expect(found).toEqual([signature, about])
  })

  it('tells when a tag came to an older image', async () => {
    const { database, reader, state } = await startHarbor()
    const [pushedAt, taggedAt] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-03-01T00:00:00Z')]
    state.now = () => pushedAt
    const digest = seedArtifact(database, repository, 'v1', 'v1')
    state.now = () => taggedAt
    seedArtifact(database, repository, 'prod', 'v1')

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([
      { tag: 'v1', digest, pushedAt, taggedAt: pushedAt },
      { tag: 'prod', digest, pushedAt, taggedAt },
    ])
  })

  it('of a repository that is not there is a NotFoundError, and of one that is empty an empty list', async () => {
    const { database, reader } = await startHarbor()
    const digest = seedArtifact(database, repository, 'v1', 'v1')
    database.deleteDeeply(database.get(repository, digest))

    const empty = await reader.listRepository(repository)

    expect(empty).toMatchObject({ tags: [], untagged: [] })
    await expect(reader.listRepository('team/nowhere')).rejects.toBeInstanceOf(NotFoundError)
  })

  it('with an artifact of a kind that is not understood describes the others', async () => {
    const { database, reader } = await startHarbor()
    const good = seedArtifact(database, repository, 'good', 'good')
    const mediaType = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
    const odd = seedArtifact(database, repository, 'old', 'old', { mediaType })

    const { tags, described } = await reader.listRepository(repository)
    const told = await reader.describeManifest?.(repository, odd)

    expect(tags.map(tag => tag.digest)).toEqual([good, odd])
    expect([...(described?.keys() ?? [])]).toEqual([good])
    expect(told).toBe('untold')
  })

  it('with an artifact that has no digest of ours names it, and lists the others', async () => {
    const { database, reader, state } = await startHarbor()
    const good = seedArtifact(database, repository, 'good', 'good')
    const entry = artifactJson(database.get(repository, good), database)
    const odd = { ...entry, digest: `sha512:${'a'.repeat(128)}`, tags: [{ name: 'odd' }] }
    state.answer = request =>
      isPage(request) ? { status: 200, body: [odd, entry], headers: { 'x-total-count': '2' } } : undefined

    const { tags, unreadable } = await reader.listRepository(repository)

    expect(tags.map(({ tag }) => tag)).toEqual(['good'])
    expect(unreadable).toEqual([{ name: 'odd', unreadable: expect.stringContaining('sha512') }])
  })
})

describe('what has a subject that Harbor does not know of', () => {
  const about = (subject: Digest) => ({
    subject: { digest: subject },
    artifactType: 'application/vnd.example.sbom',
    config: { digest: sha256('{}'), mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
  })

  it('is left to its manifest, since a version of Harbor without subjects lists it as any image', async () => {
    const { database, reader } = await startHarbor()
    const image = seedArtifact(database, repository, 'v1', 'v1')
    const sbom = seedArtifact(database, repository, undefined, 'sbom', about(image))
    database.accessories.clear()

    const { untagged, described } = await reader.listRepository(repository)

    expect(untagged?.map(one => one.digest)).toEqual([sbom])
    expect([...(described?.keys() ?? [])]).toEqual([image])
    expect(await reader.describeManifest?.(repository, sbom)).toBe('untold')
  })

  it('is left to its manifest where a hint names it and no list was read', async () => {
    const { database, reader } = await startHarbor()
    const image = seedArtifact(database, repository, 'v1', 'v1')
    const sbom = seedArtifact(database, repository, undefined, 'sbom', about(image))

    expect(await reader.describeManifest?.(repository, sbom)).toBe('untold')
    expect(await reader.describeManifest?.(repository, image)).toMatchObject({ referrers: [{ digest: sbom }] })
    expect(await reader.describeManifest?.(repository, sbom)).toMatchObject({ manifest: { subject: image } })
  })
})

describe('where the API of artifacts is not to be had', () => {
  it.each([
    ['a robot that may only pull', { rights: ['pull'] as const }, undefined],
    ['a Harbor without that API', {}, { status: 404, body: '404 page not found' }],
    ['a login page in its place', {}, { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['a list without its length', {}, { status: 200, body: [] }],
    ['a list of any length', {}, { status: 200, body: [], headers: { 'x-total-count': '99999999999' } }],
  ])('%s is read by the plain API, and says so', async (_, change, answer) => {
    const { database, reader, requests, state } = await startHarbor()
    const digest = seedArtifact(database, repository, 'v1', 'v1')
    Object.assign(state, { rights: robotRights }, change)
    state.answer = ({ path }) => (path.startsWith('/api/') ? answer : undefined)

    const listing = await reader.listRepository(repository)

    expect(listing).toEqual({ tags: [{ tag: 'v1' }], note: expect.stringContaining('let it list and read artifacts') })
    expect(await reader.describeManifest?.(repository, digest)).toBe('untold')
    expect(requests.filter(isPage)).toHaveLength(1)
  })

  it('one that was refused is asked no more, of that project alone', async () => {
    const { database, reader, requests, state } = await startHarbor()
    for (const path of [repository, 'other/app']) seedArtifact(database, path, 'v1', 'v1')
    state.answer = ({ path }) =>
      path.startsWith('/api/v2.0/projects/team/')
        ? { status: 403, body: { errors: [{ code: 'FORBIDDEN' }] } }
        : undefined

    for (const path of [repository, repository, 'other/app', 'other/app']) await reader.listRepository(path)

    expect(requests.filter(isPage).map(({ path }) => path.split('/')[4])).toEqual(['team', 'other', 'other'])
  })

  it('a next link to anywhere is not followed', async () => {
    const { database, reader, requests, state } = await startHarbor()
    seedArtifact(database, repository, 'v1', 'v1')
    const link = '<http://169.254.169.254/api/v2.0/x?page=2>; rel="next"'
    state.answer = request =>
      isPage(request) ? { status: 200, body: [], headers: { 'x-total-count': '0', link } } : undefined

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([])
    expect(requests.map(({ path }) => path.split('?')[0]?.split('/').at(-1))).toEqual(['artifacts', 'list'])
  })
})

describe('I27 a look at what is there', () => {
  it('hands no manifest out', async () => {
    const { database, reader, requests } = await startHarbor()
    const digest = seedArtifact(database, repository, 'v1', 'v1')

    await reader.listRepository(repository)
    await reader.findTag(repository, 'v1')
    await reader.hasManifest(repository, digest)
    await reader.describeManifest?.(repository, digest)
    await reader.listReferrers(repository, digest)

    expect(pullsOf(requests)).toBe(0)
    expect(database.get(repository, digest).pulledAt).toBeUndefined()
  })

  it('sees a tag whose image Harbor lets nobody pull', async () => {
    const { database, reader, state } = await startHarbor()
    const digest = seedArtifact(database, repository, 'v1', 'v1')
    state.answer = ({ path }) =>
      path.includes('/manifests/') ? { status: 412, body: { errors: [{ code: 'PROJECTPOLICYVIOLATION' }] } } : undefined

    expect(await reader.findTag(repository, 'v1')).toBe(digest)
    expect(await reader.hasManifest(repository, digest)).toBe(true)
  })
})

describe('the quota of a project', () => {
  it.each([
    [5000, { scope: 'team', usedBytes: 14, capacityBytes: 5000 }],
    [-1, { scope: 'team', usedBytes: 14 }],
  ])('of %d bytes is told with what is used of it, each blob once', async (quotaBytes, expected) => {
    const { database, reader, state } = await startHarbor()
    Object.assign(state, { quotaBytes, rights: [...robotRights, 'quota'] })
    for (const path of [repository, 'team/other']) seedArtifact(database, path, 'v1', 'shared')
    seedArtifact(database, repository, 'v2', 'v2')

    expect(await reader.findQuota?.(repository)).toEqual(expected)
  })

  it('is none for who may not read it, which is no fault', async () => {
    const { database, reader } = await startHarbor()
    seedArtifact(database, repository, 'v1', 'v1')

    expect(await reader.findQuota?.(repository)).toBeUndefined()
    expect(await reader.findQuota?.('nowhere/app')).toBeUndefined()
  })
})
