import { describe, expect, it, onTestFinished } from 'vitest'
import { type ImageToPush, pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createArtifactoryReader } from '../../../../../shared/adapters/registry/artifactory/artifactory-reader.ts'
import { itemOf, startFakeArtifactory } from '../../../../support/fake-artifactory.ts'
import { recordedLogin } from '../../../../support/recorded-registry.ts'
import { noWaiting } from '../fake-registry.ts'

const repository = 'docker-local/team/app'

async function startArtifactory(options: { isTold?: boolean; api?: string; apiToken?: string } = {}) {
  const artifactory = await startFakeArtifactory()
  onTestFinished(() => artifactory.close())
  const { url: endpoint, host } = artifactory
  const { apiToken, api = '', isTold } = options
  const credential = { ...recordedLogin, ...(apiToken !== undefined && { apiToken, password: 'of images alone' }) }
  const reach = { endpoint, api: `${endpoint}${api}`, host, configured: true, clock: noWaiting, credential, isTold }
  const push = (image: Partial<ImageToPush>) => pushImage(artifactory.url, { repository, ...image })
  const queries = () => artifactory.requests.filter(one => one.startsWith('POST'))
  return { ...artifactory, reader: createArtifactoryReader(reach), push, queries }
}

const anItem = (path: string, digest: string, more: object = {}) => {
  const at = new Date('2020-01-02T03:04:05Z')
  const [, repository = '', reference = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? []
  const recorded = { repository, reference, digest, mediaType: 'x', pushedAt: at, firstPushedAt: at }
  return { ...itemOf({ key: undefined, localOf: key => key }, recorded), ...more }
}

describe('the list', () => {
  it('tells digest and times of all tags from one query, whatever their number', async () => {
    const { reader, push, records, requests } = await startArtifactory()
    const index = await push({ tag: 'v2', platforms: ['linux/amd64', 'linux/arm64'] })
    for (let at = 0; at < 20; at++) await push({ tag: `v1.${at}`, seed: 'same' })
    const { digest } = await push({ tag: 'v1.0', seed: 'moved' })

    const { tags, note } = await reader.listRepository(repository)

    const pushedAt = records.find(one => one.reference === 'v1.0')?.pushedAt
    expect(tags.find(one => one.tag === 'v1.0')).toEqual({ tag: 'v1.0', digest, pushedAt, taggedAt: pushedAt })
    expect(tags.find(one => one.tag === 'v2')?.digest).toBe(index.digest)
    expect(tags.every(one => one.digest !== undefined)).toBe(true)
    expect(requests).toHaveLength(2)
    expect(note).toBeUndefined()
  })

  it('finds the items of a virtual repository in the local one behind it', async () => {
    const { reader, push, state } = await startArtifactory()
    state.localOf = () => 'docker-prod-local'
    const { digest } = await push({ tag: 'v1' })

    const { tags } = await reader.listRepository(repository)

    expect(tags).toMatchObject([{ tag: 'v1', digest }])
  })

  it('finds them where the host stands for the repository', async () => {
    const { reader, push, state } = await startArtifactory()
    state.key = 'docker-local'
    const { digest } = await push({ repository: 'team/app', tag: 'v1' })

    const { tags } = await reader.listRepository('team/app')

    expect(tags).toMatchObject([{ tag: 'v1', digest }])
  })

  it('takes those of the repository that the path names before those of others', async () => {
    const { reader, push, state } = await startArtifactory()
    const { digest } = await push({ tag: 'v1' })
    state.others.push(anItem('docker-dev/team/app/v1', `sha256:${'1'.repeat(64)}`))

    const { tags } = await reader.listRepository(repository)

    expect(tags).toMatchObject([{ tag: 'v1', digest }])
  })

  it('leaves out what two others have, what lies deeper, and what is odd', async () => {
    const { reader, push, state } = await startArtifactory()
    state.localOf = () => 'gone'
    await push({ tag: 'v1' })
    const digest = `sha256:${'1'.repeat(64)}`
    state.answer = () => ({
      status: 200,
      json: {
        results: [
          anItem('docker-a/team/app/v1', digest),
          anItem('docker-b/team/app/v1', digest),
          anItem('docker-a/team/app/sub/v1', digest),
          { repo: 5 },
          null,
        ],
      },
    })

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1' }])
  })

  it('leaves out times that are none', async () => {
    const { reader, push, state } = await startArtifactory()
    const { digest } = await push({ tag: 'v1' })
    const times = { created: 'soon', modified: 7, stats: [{ downloaded: 'never' }] }
    state.answer = () => ({ status: 200, json: { results: [anItem(`${repository}/v1`, digest, times)] } })

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1', digest }])
  })

  it('is asked for with a token of its own, and at an address that names Artifactory already', async () => {
    const { reader, push } = await startArtifactory({ apiToken: 'a-token', api: '/artifactory' })
    const { digest } = await push({ tag: 'v1' })

    const { tags } = await reader.listRepository(repository)

    expect(tags).toMatchObject([{ tag: 'v1', digest }])
  })
})

describe('in the place of the query', () => {
  it.each([
    ['a refusal', { status: 403, json: {} }],
    ['no such API', { status: 404, json: {} }],
    ['a query that is not understood', { status: 400, json: {} }],
    ['another JSON', { status: 200, json: [] }],
    ['a web page', { status: 200, text: '<html></html>' }],
  ])('of %s stands the plain list, with a note', async (_what, answer) => {
    const { reader, push, state } = await startArtifactory()
    await push({ tag: 'v1' })
    state.answer = () => answer

    const { tags, note } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1' }])
    expect(note).toContain('Artifactory answers no query')
  })

  it('stands the plain list where a RegistrySecret alone says that an Artifactory is there', async () => {
    const { reader, push, queries } = await startArtifactory({ isTold: true })
    await push({ tag: 'v1' })

    await reader.listRepository(repository)

    expect(queries()).toEqual([])
  })
})
