import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { AccessDeniedError } from '../../../../../shared/errors.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { sha256, someDigest } from '../fake-registry.ts'
import { startGitlab } from './gitlab-world.ts'

const path = 'group/project/app'
const minute = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, number))
const ociManifest = 'application/vnd.oci.image.manifest.v1+json'

type Gitlab = Awaited<ReturnType<typeof startGitlab>>

/** An image that GitLab knows without its storage: enough for lists. */
function seed({ shelf, state }: Gitlab, name: string, at: Date, ...tags: string[]): Digest {
  state.now = () => at
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, annotations: { seed: name } }))
  const digest = shelf(path).store(bytes, ociManifest)
  for (const tag of tags) shelf(path).point(tag, digest)
  return digest
}

const listsOf = ({ requests }: Gitlab) => requests.filter(request => request.path.startsWith('/gitlab/')).length

const push = ({ url }: Gitlab, image: object) => pushImage(url, { repository: path, ...image })

describe('the list of GitLab', () => {
  it('tells since when each tag is where it is, and for an image when the first of its tags came', async () => {
    const gitlab = await startGitlab()
    const old = seed(gitlab, 'old', minute(0), 'v1', 'latest')
    const now = seed(gitlab, 'now', minute(10), 'latest')
    gitlab.state.now = () => minute(20)
    gitlab.shelf(path).point('prod', old)

    const { tags, note } = await gitlab.reader.listRepository(path)

    expect(note).toBeUndefined()
    expect(tags).toEqual([
      { tag: 'latest', digest: now, taggedAt: minute(10), pushedAt: minute(10) },
      { tag: 'prod', digest: old, taggedAt: minute(20), pushedAt: minute(0) },
      { tag: 'v1', digest: old, taggedAt: minute(0), pushedAt: minute(0) },
    ])
  })

  it('costs a request for each thousand tags, and one token', async () => {
    const gitlab = await startGitlab()
    for (let number = 0; number < 1500; number++) seed(gitlab, `${number}`, minute(0), `v${number}`)

    const { tags } = await gitlab.reader.listRepository(path)

    expect([tags.length, listsOf(gitlab), gitlab.requests.length]).toEqual([1500, 3, 4])
  })

  it('goes on in the middle of its pages with a new token where the one before ended', async () => {
    const gitlab = await startGitlab()
    for (let number = 0; number < 1500; number++) seed(gitlab, `${number}`, minute(0), `v${number}`)
    gitlab.state.answer = ({ path: asked }) => {
      if (asked.includes('last=') && gitlab.tokens.ended === 0) gitlab.tokens.ended = 1
      return undefined
    }

    const { tags, note } = await gitlab.reader.listRepository(path)

    expect([tags.length, note]).toEqual([1500, undefined])
  })

  it('of a registry without a metadata database is one of names, with a note', async () => {
    const gitlab = await startGitlab()
    seed(gitlab, 'old', minute(0), 'v1')
    gitlab.state.hasDatabase = false

    const listing = await gitlab.reader.listRepository(path)

    expect(listing).toEqual({ tags: [{ tag: 'v1' }], note: expect.stringContaining('metadata in a database') })
  })

  it('tells what refers to tagged images, for which there is no other way', async () => {
    const gitlab = await startGitlab()
    const image = await push(gitlab, { tag: 'v1' })
    const sbom = await push(gitlab, { subject: image, artifactType: 'application/vnd.example.sbom' })
    await gitlab.reader.listRepository(path)

    const referrers = await gitlab.reader.listReferrers(path, image.digest)

    expect(referrers).toEqual([{ digest: sbom.digest, mediaType: '', artifactType: 'application/vnd.example.sbom' }])
  })

  it('costs its odd entries alone', async () => {
    const gitlab = await startGitlab()
    const good = { name: 'good', digest: someDigest, created_at: 'once', referrers: [{ digest: 'x' }] }
    const body = [good, { ...good, name: 'sha512', digest: 'sha512:1' }, { ...good, name: '-' }, 7]
    gitlab.state.answer = ({ path: asked }) => (asked.startsWith('/gitlab/') ? { status: 200, body } : undefined)

    const { tags, unreadable, note } = await gitlab.reader.listRepository(path)

    expect(note).toBeUndefined()
    expect(tags).toEqual([{ tag: 'good', digest: someDigest }, { tag: 'sha512' }])
    expect(unreadable?.map(({ name }) => name)).toEqual(['-', 'entry 7'])
  })

  it.each([
    ['is no list', { tags: [] }, undefined],
    ['leads to another repository', [], '/gitlab/v1/repositories/group/other/tags/list/?last=a'],
    [
      'leads to another host',
      [],
      'https://evil.example.com/gitlab/v1/repositories/group/project/app/tags/list/?last=a',
    ],
    ['has nothing new', [{ name: 'a', digest: someDigest }], `/gitlab/v1/repositories/${path}/tags/list/?last=a`],
  ])('that %s is none: names alone are read', async (_, body, next) => {
    const gitlab = await startGitlab()
    seed(gitlab, 'old', minute(0), 'v1')
    let page = 0
    const headers = () => (next === undefined ? {} : { link: `<${next}&page=${page++}>; rel="next"` })
    gitlab.state.answer = ({ path: asked }) =>
      asked.startsWith('/gitlab/') ? { status: 200, body, headers: headers() } : undefined

    const { tags, note } = await gitlab.reader.listRepository(path)

    expect(tags).toEqual([{ tag: 'v1' }])
    expect(note).toBeDefined()
    expect(listsOf(gitlab)).toBeLessThanOrEqual(2)
  })
})

describe('a writer of GitLab', () => {
  it('keeps a child as long as an index refers to it', async () => {
    const gitlab = await startGitlab()
    const index = await push(gitlab, { tag: 'multi', platforms: ['linux/amd64', 'linux/arm64'] })
    const child = index.children[0]?.digest as Digest

    const before = await gitlab.writer.deleteManifest(path, child)
    await gitlab.writer.deleteManifest(path, index.digest)
    const after = await gitlab.writer.deleteManifest(path, child)

    const reason = expect.stringMatching(/^an index refers to it, and it goes after that: .* 409 MANIFEST_REFERENCED$/)
    expect([before, after]).toEqual([{ outcome: 'kept', reason }, { outcome: 'deleted' }])
  })

  it('deletes tag by tag where rules protect tags of the project, and keeps those', async () => {
    const gitlab = await startGitlab()
    const { digest } = await push(gitlab, { tag: 'v1', seed: 'one' })
    await push(gitlab, { tag: 'release', seed: 'one' })
    gitlab.state.protectedTags = [/^release/]

    const whole = await gitlab.writer.deleteManifest(path, digest)
    const tags = [
      await gitlab.writer.deleteTag(path, 'v1', digest),
      await gitlab.writer.deleteTag(path, 'release', digest),
    ]

    expect(whole).toMatchObject({ outcome: 'kept', tagsFirst: true, reason: expect.stringMatching(/^protected/) })
    expect(tags).toEqual([
      { outcome: 'deleted', by: 'oci' },
      { outcome: 'kept', reason: expect.stringMatching(/^protected: registry answered 401 PROTECTED_TAG/) },
    ])
    expect(await gitlab.reader.findTag(path, 'release')).toBe(digest)
  })

  it('says that the right is missing where it may delete no tag either', async () => {
    const gitlab = await startGitlab()
    const { digest } = await push(gitlab, { tag: 'v1' })
    gitlab.state.actions = ['pull', 'push']

    expect(await failureOf(gitlab.writer.deleteManifest(path, digest))).toBeInstanceOf(AccessDeniedError)
    expect(await gitlab.reader.findTag(path, 'v1')).toBe(digest)
  })

  it('brings an image back under its tag before the next collection', async () => {
    const gitlab = await startGitlab()
    const { digest } = await push(gitlab, { tag: 'v1' })
    const manifest = await gitlab.reader.findManifest(path, digest)
    await gitlab.writer.deleteManifest(path, digest)

    if (manifest && 'bytes' in manifest) await gitlab.writer.putManifest(path, 'v1', manifest)

    expect(await gitlab.reader.findTag(path, 'v1')).toBe(digest)
    expect(digest).not.toBe(sha256(''))
  })
})
