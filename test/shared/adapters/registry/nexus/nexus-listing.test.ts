import { describe, expect, it, onTestFinished } from 'vitest'
import { type ImageToPush, pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createNexusReader } from '../../../../../shared/adapters/registry/nexus/nexus-reader.ts'
import { assetOf, startFakeNexus } from '../../../../support/fake-nexus.ts'
import { recordedLogin } from '../../../../support/recorded-registry.ts'
import { noWaiting } from '../fake-registry.ts'

const repository = 'team/app'

async function startNexus(options: { isTold?: boolean } = {}) {
  const nexus = await startFakeNexus()
  onTestFinished(() => nexus.close())
  const { url: endpoint, host } = nexus
  const reach = { endpoint, api: endpoint, host, configured: true, clock: noWaiting, credential: recordedLogin }
  const push = (image: Partial<ImageToPush>) => pushImage(nexus.url, { repository, ...image })
  const searches = () => nexus.requests.filter(one => one.includes('/search/'))
  return { ...nexus, reader: createNexusReader({ ...reach, ...options }), push, searches }
}

const anAsset = (tag: string, digest: string, repository = 'docker-other') => {
  const at = new Date('2020-01-02T03:04:05Z')
  const recorded = { reference: tag, digest, mediaType: 'x', pushedAt: at, firstPushedAt: at }
  return assetOf(recorded, { repository, name: 'team/app' })
}

describe('the list', () => {
  it('tells digest and times of each tag, the later one of its push', async () => {
    const { reader, push, records } = await startNexus()
    const first = await push({ tag: 'v1', seed: 'first' })
    const { digest } = await push({ tag: 'v1', seed: 'second' })

    const { tags, note } = await reader.listRepository(repository)

    const pushedAt = records.find(one => one.reference === 'v1')?.pushedAt
    expect(first.digest).not.toBe(digest)
    expect(tags).toEqual([{ tag: 'v1', digest, pushedAt, taggedAt: pushedAt }])
    expect(note).toBeUndefined()
  })

  it('takes a request for each page of fifty, and one for the names', async () => {
    const { reader, push, state, requests, searches } = await startNexus()
    const { digest } = await push({ tag: 'v0' })
    state.others.push(...Array.from({ length: 100 }, (_, at) => anAsset(`other-${at}`, digest)))

    await reader.listRepository(repository)

    expect(searches()).toHaveLength(3)
    expect(requests).toHaveLength(4)
  })

  it('leaves out what two repositories have under one tag, and what the registry does not name', async () => {
    const { reader, push, state } = await startNexus()
    const { digest } = await push({ tag: 'both', seed: 'same' })
    await push({ tag: 'one', seed: 'same' })
    state.others.push(anAsset('both', `sha256:${'1'.repeat(64)}`), anAsset('elsewhere', digest))

    const { tags } = await reader.listRepository(repository)

    expect(tags.find(one => one.tag === 'both')).toEqual({ tag: 'both' })
    expect(tags.find(one => one.tag === 'one')).toMatchObject({ digest })
    expect(tags).toHaveLength(2)
  })

  it('finds an image below the name of its repository in the path', async () => {
    const { reader, push, state } = await startNexus()
    state.hasPaths = true
    const { digest } = await push({ repository: 'docker-hosted/team/app', tag: 'v1' })

    const { tags } = await reader.listRepository('docker-hosted/team/app')

    expect(tags).toMatchObject([{ tag: 'v1', digest, pushedAt: expect.any(Date) }])
  })

  it('leaves odd assets and times out, which cost nothing else', async () => {
    const { reader, push, state } = await startNexus()
    const { digest } = await push({ tag: 'v1', seed: 'same' })
    await push({ tag: 'v2', seed: 'same' })
    const items = [
      { ...anAsset('v1', digest), lastModified: 'soon', blobCreated: null, lastDownloaded: 5 },
      { ...anAsset('v2', digest), checksum: { sha256: 'short' } },
      { path: 7 },
      null,
    ]
    state.answer = () => ({ status: 200, json: { items, continuationToken: null } })

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1', digest }, { tag: 'v2' }])
  })
})

describe('in the place of the search', () => {
  it.each([
    ['a refusal', { status: 403, json: {} }],
    ['no such API', { status: 404, text: '<html></html>' }],
    ['another JSON', { status: 200, json: { ok: true } }],
    ['a web page', { status: 200, text: '<html></html>' }],
    ['a page that comes again', { status: 200, json: { items: [], continuationToken: 'again' } }],
  ])('of %s stands the plain list, with a note', async (_what, answer) => {
    const { reader, push, state } = await startNexus()
    await push({ tag: 'v1' })
    state.answer = () => answer

    const { tags, note } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1' }])
    expect(note).toContain('nx-search-read')
  })

  it('stands the plain list where a RegistrySecret alone says that a Nexus is there', async () => {
    const { reader, push, searches } = await startNexus({ isTold: true })
    await push({ tag: 'v1' })

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1' }])
    expect(searches()).toEqual([])
  })
})
