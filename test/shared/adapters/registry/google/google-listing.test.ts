import { expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { placeOf } from '../../../../../shared/adapters/registry/google/artifact-place.ts'
import { createGoogleReader } from '../../../../../shared/adapters/registry/google/google-registry.ts'
import { NotFoundError } from '../../../../../shared/errors.ts'
import { accessToken } from '../../../../support/fake-google.ts'
import type { FrontRequest } from '../../../../support/registry-front.ts'
import { sha256 } from '../fake-registry.ts'
import { startGoogle } from './google-world.ts'

const repository = 'project/images/deep/app'
const isApi = ({ path }: FrontRequest) => path.startsWith('/v1/')

it('lists a package in pages, a page of versions and one of tags, and no manifest', async () => {
  const google = await startGoogle()
  google.state.pageSize = 2
  for (const tag of ['v1', 'v2', 'v3']) await pushImage(google.url, { repository, tag })

  const { tags, untagged } = await google.reader.listRepository(repository)

  expect(tags).toMatchObject(['v1', 'v2', 'v3'].map(tag => ({ tag, pushedAt: expect.any(Date) })))
  expect(untagged).toEqual([])
  const path = '/v1/projects/project/locations/europe/repositories/images/packages/deep%2Fapp'
  expect(google.requests.map(one => one.path)).toEqual([
    `${path}/versions?pageSize=1000`,
    `${path}/versions?pageSize=1000&pageToken=2`,
    `${path}/tags?pageSize=10000`,
  ])
})

it.each([
  ['europe-docker.pkg.dev', 'project/images/app', 'projects/project/locations/europe/repositories/images', 'app'],
  ['us-west4-docker.pkg.dev', 'p/r/a/b', 'projects/p/locations/us-west4/repositories/r', 'a%2Fb'],
  ['us-docker.pkg.dev', 'example.com/p/r/app', 'projects/example.com:p/locations/us/repositories/r', 'app'],
  ['eu.gcr.io', 'project/app', 'projects/project/locations/europe/repositories/eu.gcr.io', 'app'],
  ['gcr.io', 'project/team/app', 'projects/project/locations/us/repositories/gcr.io', 'team%2Fapp'],
])('%s/%s is a package of %s', (host, path, parent, name) => {
  expect(placeOf(host, path)).toEqual({ parent, package: `${parent}/packages/${name}` })
})

it.each([
  ['mirror.gcr.io', 'library/nginx'],
  ['registry.example.com', 'project/images/app'],
  ['europe-docker.pkg.dev', 'project/images'],
  ['gcr.io', 'project'],
])('%s/%s is none', (host, path) => {
  expect(placeOf(host, path)).toBeUndefined()
})

it.each([
  ['an access token', () => ({ username: 'oauth2accesstoken', password: accessToken })],
  ['a token for the API alone', () => ({ username: 'x', password: 'y', apiToken: accessToken })],
  [
    'a key in base64',
    (key: string) => ({ username: '_json_key_base64', password: Buffer.from(key).toString('base64') }),
  ],
])('asks with %s', async (_, credentialOf) => {
  const google = await startGoogle()
  await pushImage(google.url, { repository, tag: 'v1' })
  const reader = createGoogleReader({ ...google.reach, credential: credentialOf(google.key) })

  const { untagged } = await reader.listRepository(repository)

  expect(untagged).toEqual([])
})

it.each([
  ['no key of a service account', { username: '_json_key', password: '{"private_key":"hush"}' }],
  ['a broken key', { username: '_json_key', password: '{"client_email":"a@b","private_key":"hush"}' }],
  ['another user', { username: 'somebody', password: 'hush' }],
])('reads as before with %s, sends it to no API, and repeats nothing of it', async (_, credential) => {
  const google = await startGoogle({ credential })
  await pushImage(google.url, { repository, tag: 'v1' })

  const listing = await google.reader.listRepository(repository)

  expect(listing).toEqual({ tags: [{ tag: 'v1' }], note: expect.stringContaining('Artifact Registry Reader') })
  expect(google.requests.some(isApi)).toBe(false)
})

it.each([
  ['nobody', { credential: undefined }],
  ['a tenant who says alone that it is Google', { isTold: true }],
])('asks no API for %s', async (_, more) => {
  const google = await startGoogle(more)
  await pushImage(google.url, { repository, tag: 'v1' })

  const { tags } = await google.reader.listRepository(repository)

  expect(tags).toEqual([{ tag: 'v1' }])
  expect(google.requests.some(isApi)).toBe(false)
})

it('without the right it reads as before, says which to give, and does not ask again', async () => {
  const google = await startGoogle()
  await pushImage(google.url, { repository, tag: 'v1' })
  google.state.isForbidden = true

  const { note } = await google.reader.listRepository(repository)
  await google.reader.listRepository('project/images/other').catch(() => undefined)

  expect(note).toContain('Artifact Registry Reader')
  expect(google.requests.filter(isApi)).toHaveLength(1)
})

it('odd entries cost themselves', async () => {
  const google = await startGoogle()
  const name = 'projects/project/locations/europe/repositories/images/packages/app'
  const digest = sha256('one')
  const versions = [
    { name: `${name}/versions/${digest}`, createTime: 'yesterday' },
    { name: `${name}/versions/1.0` },
    7,
  ]
  const tags = [
    { name: `${name}/tags/v1`, version: `${name}/versions/${digest}` },
    { name: `${name}/tags/odd%2Fname`, version: `${name}/versions/${digest}` },
    { name: `${name}/tags/v2`, version: `${name}/versions/1.0` },
    {},
  ]
  google.state.answer = request =>
    isApi(request) ? { status: 200, body: request.path.includes('/versions?') ? { versions } : { tags } } : undefined

  const listing = await google.reader.listRepository('project/images/app')

  expect(listing.tags).toEqual([{ tag: 'v1', digest }])
  expect(listing.untagged).toEqual([])
  expect(listing.unreadable?.map(one => one.name)).toEqual([
    '1.0',
    'an entry that is no version',
    'odd/name',
    'v2',
    'an entry that is no tag',
  ])
})

it.each([
  ['never ends', { versions: [], nextPageToken: 'again' }],
  ['is no list', { versions: 'all of them' }],
])('a list that %s is none: the registry is asked', async (_, body) => {
  const google = await startGoogle()
  await pushImage(google.url, { repository, tag: 'plain' })
  google.state.answer = request => (isApi(request) ? { status: 200, body } : undefined)

  const listing = await google.reader.listRepository(repository)

  expect(listing).toEqual({ tags: [{ tag: 'plain' }], note: expect.any(String) })
})

it('signs anew where Google takes what was signed no more, in the middle of a list', async () => {
  let now = Date.now()
  const clock = { now: () => new Date(now), sleep: async () => undefined, random: () => 0 }
  const google = await startGoogle({ clock })
  await pushImage(google.url, { repository, tag: 'v1' })
  google.state.answer = request => {
    if (request.path.includes('/versions?')) now += 3_600_000
    return undefined
  }

  const { tags } = await google.reader.listRepository(repository)

  const signed = new Set(google.requests.filter(isApi).map(({ headers }) => headers.authorization))
  expect(tags).toHaveLength(1)
  expect(signed.size).toBe(2)
})

it('a package that neither of them has is not there', async () => {
  const { reader } = await startGoogle()

  await expect(reader.listRepository('project/images/absent')).rejects.toBeInstanceOf(NotFoundError)
})
