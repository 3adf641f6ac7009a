import { describe, expect, it } from 'vitest'
import type { Reach } from '../../../../../shared/adapters/registry/registry-address.ts'
import { entraToken, refreshLogin, tokenUser } from '../../../../support/acr/acr-tokens.ts'
import { sha256, someDigest } from '../fake-registry.ts'
import { startAcr } from './acr-world.ts'

const path = 'team/deep/app'
const minute = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, number))
const ociManifest = 'application/vnd.oci.image.manifest.v1+json'

type Acr = Awaited<ReturnType<typeof startAcr>>

const bytesOf = (seed: string) => Buffer.from(JSON.stringify({ schemaVersion: 2, annotations: { seed } }))

/** An image that ACR knows without its storage: enough for lists. */
function seed({ shelf, state }: Acr, name: string, at: Date, ...tags: string[]) {
  state.now = () => at
  const digest = shelf(path).store(bytesOf(name), ociManifest)
  for (const tag of tags) shelf(path).point(tag, digest)
  return digest
}

const apiOf = ({ requests }: Acr) => requests.filter(request => request.path.startsWith('/acr/')).length

describe('the list of ACR', () => {
  it('tells when images were pushed and tags were moved, and what no tag is on', async () => {
    const acr = await startAcr()
    const old = seed(acr, 'old', minute(0), 'v1')
    const now = seed(acr, 'now', minute(10), 'latest')
    acr.state.now = () => minute(20)
    acr.shelf(path).point('prod', old)
    const orphan = seed(acr, 'orphan', minute(5))

    const listing = await acr.reader.listRepository(path)

    expect(new Map(listing.tags.map(({ tag, ...rest }) => [tag, rest]))).toEqual(
      new Map([
        ['latest', { digest: now, taggedAt: minute(10), pushedAt: minute(10) }],
        ['prod', { digest: old, taggedAt: minute(20), pushedAt: minute(0) }],
        ['v1', { digest: old, taggedAt: minute(0), pushedAt: minute(0) }],
      ]),
    )
    expect(listing.untagged).toEqual([{ digest: orphan, pushedAt: minute(5) }])
    expect(listing.note).toBeUndefined()
  })

  it('costs a request for each hundred manifests and each hundred tags, and one that counts them', async () => {
    const acr = await startAcr()
    for (let number = 0; number < 250; number++) seed(acr, `${number}`, minute(0), `v${number}`)

    const { tags, untagged } = await acr.reader.listRepository(path)

    expect([tags.length, untagged?.length, apiOf(acr), acr.requests.length]).toEqual([250, 0, 7, 7])
  })

  it.each([
    ['tag', (acr: Acr) => acr.shelf(path).tags.get('hidden')?.attributes],
    ['manifest', (acr: Acr) => acr.shelf(path).manifests.get(sha256(bytesOf('in use')))?.attributes],
  ])('lists nothing as untagged where a hidden %s may be on it, and says so', async (_, attributesOf) => {
    const acr = await startAcr()
    seed(acr, 'shown', minute(0), 'v1')
    seed(acr, 'in use', minute(0), 'hidden')
    Object.assign(attributesOf(acr) ?? {}, { listEnabled: false })

    const { untagged, note } = await acr.reader.listRepository(path)

    expect(untagged).toBeUndefined()
    expect(note).toContain('set listEnabled on those that are hidden')
  })

  it('makes look-ups of referrers of no use to a sync, which has all of them in its list', async () => {
    const acr = await startAcr()
    seed(acr, 'old', minute(0), 'v1')
    acr.state.referrerLookups = 0
    await acr.reader.listRepository(path)

    const referrers = await acr.reader.listReferrers(path, someDigest, { isBestEffort: true })

    expect(referrers).toEqual([])
    expect(acr.requests.some(request => request.path.includes('/referrers/'))).toBe(false)
  })

  it('leaves it to the look-up where the list hides some, and before a delete', async () => {
    const acr = await startAcr()
    seed(acr, 'old', minute(0), 'v1')
    await acr.reader.listRepository(path)

    await acr.reader.listReferrers(path, someDigest)

    expect(acr.requests.some(request => request.path.includes('/referrers/'))).toBe(true)
  })
})

describe('whoever lists', () => {
  const entra = { ...tokenUser, apiToken: entraToken }
  it.each<[string, Reach['credential'], number]>([
    ['a token user', tokenUser, 0],
    ['one with a refresh token', refreshLogin, 1],
    ['one with a token of Entra', entra, 1],
  ])('%s does so, with a token for this repository where one is needed', async (_, credential, tokens) => {
    const acr = await startAcr({ credential })
    seed(acr, 'old', minute(0), 'v1')

    const { tags, note } = await acr.reader.listRepository(path)

    expect([tags[0]?.digest, note]).toEqual([sha256(bytesOf('old')), undefined])
    expect(acr.tokens.scopes).toEqual(Array(tokens).fill(`repository:${path}:metadata_read`))
  })

  it('goes on with a new token where the one before ended in the middle of the pages', async () => {
    const acr = await startAcr({ credential: refreshLogin })
    for (let number = 0; number < 150; number++) seed(acr, `${number}`, minute(0), `v${number}`)
    acr.state.answer = ({ path: asked }) => {
      if (asked.includes('_manifests?last=') && acr.tokens.scopes.length === 1) acr.tokens.endAll()
      return undefined
    }

    const { tags, note } = await acr.reader.listRepository(path)

    expect([tags.length, note, acr.tokens.scopes.length]).toEqual([150, undefined, 2])
  })

  it('without the right to metadata reads names alone, with a note that says which right to give', async () => {
    const acr = await startAcr()
    seed(acr, 'old', minute(0), 'v1')
    acr.tokens.denied.add('metadata_read')

    const listing = await acr.reader.listRepository(path)

    expect(listing).toEqual({ tags: [{ tag: 'v1' }], note: expect.stringContaining('metadata/read') })
  })
})

describe('a list that is odd', () => {
  const manifest = { digest: someDigest, createdTime: '2026-01-01T00:00:00Z' }
  it.each([
    ['is of another repository', { imageName: 'team/other', manifests: [manifest] }],
    ['is no list', { imageName: path, manifests: 'none' }],
    ['is something else', { hello: 'world' }],
  ])('and %s is none: names alone are read', async (_, body) => {
    const acr = await startAcr()
    seed(acr, 'old', minute(0), 'v1')
    acr.state.answer = ({ path: asked }) => (asked.includes('_manifests') ? { status: 200, body } : undefined)

    const { tags, untagged, note } = await acr.reader.listRepository(path)

    expect([tags, untagged]).toEqual([[{ tag: 'v1' }], undefined])
    expect(note).toContain('unless no ACR is there')
  })

  it.each([
    ['leads back to a page that was read', (link: string) => link.replace(/last=[^&]*/, 'last=x')],
    ['leads to another host', () => 'https://evil.example.com/acr/v1/x/_manifests?last=1'],
    ['leads to another list', () => '/acr/v1/team/other/_manifests?last=1'],
  ])('and %s is none', async (_, moved) => {
    const acr = await startAcr()
    for (let number = 0; number < 150; number++) seed(acr, `${number}`, minute(0), `v${number}`)
    const link = moved(`/acr/v1/${path}/_manifests?last=1`)
    acr.state.answer = ({ path: asked }) =>
      asked.includes('_manifests')
        ? { status: 200, body: { imageName: path, manifests: [manifest] }, headers: { link: `<${link}>; rel="next"` } }
        : undefined

    const { tags, note } = await acr.reader.listRepository(path)

    expect([tags.length, tags.some(tag => tag.digest)]).toEqual([150, false])
    expect(note).toBeDefined()
  })

  it('costs its odd entries alone', async () => {
    const acr = await startAcr()
    seed(acr, 'old', minute(0), 'v1')
    const odd = [{ ...manifest, createdTime: 'soon' }, { ...manifest, digest: 'sha512:1' }, { tags: 7 }, null]
    const oddTags = [
      { name: 'v2', digest: 'md5:1' },
      { name: '..' },
      'x',
      { name: 'v3', digest: someDigest, lastUpdateTime: 1 },
    ]
    acr.state.answer = ({ path: asked }) => {
      if (asked.includes('_manifests')) return { status: 200, body: { imageName: path, manifests: odd } }
      if (asked.includes('_tags')) return { status: 200, body: { imageName: path, tags: oddTags } }
      return undefined
    }

    const { tags, untagged, unreadable, note } = await acr.reader.listRepository(path)

    expect(note).toBeUndefined()
    expect(tags).toEqual([{ tag: 'v2' }, { tag: 'v3', digest: someDigest }])
    expect(untagged).toEqual([])
    expect(unreadable).toHaveLength(5)
  })
})

it('a registry that a RegistrySecret alone calls ACR gets a credential at its API where it asks for tokens as ACR does', async () => {
  const own = await startAcr({ isTold: true })
  seed(own, 'old', minute(0), 'v1')
  const other = await startAcr({ isTold: true })
  seed(other, 'old', minute(0), 'v1')
  const header = `Bearer realm="http://${other.host}/jwt/auth",service="container_registry"`
  other.state.answer = ({ path: asked }) =>
    asked === '/v2/' ? { status: 401, headers: { 'www-authenticate': header } } : undefined

  const digests = [own, other].map(async ({ reader }) => (await reader.listRepository(path)).tags[0]?.digest)

  expect(await Promise.all(digests)).toEqual([sha256(bytesOf('old')), undefined])
  expect(apiOf(other)).toBe(0)
})
