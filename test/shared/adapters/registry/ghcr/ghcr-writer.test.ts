import { expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { Clock } from '../../../../../shared/adapters/http/retry.ts'
import { dummyFor, emptyBlob } from '../../../../../shared/adapters/registry/deletion/dummy-manifest.ts'
import { DeletePace } from '../../../../../shared/adapters/registry/ghcr/delete-pace.ts'
import { digestOf } from '../../../../../shared/adapters/registry/manifest.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import type { FrontRequest } from '../../../../support/registry-front.ts'
import { startGhcr } from './ghcr-world.ts'

const repository = 'team/app'
const isApiDelete = ({ method, path }: FrontRequest) => method === 'DELETE' && path.startsWith('/orgs/')
const isTagPut = ({ method, path }: FrontRequest) => method === 'PUT' && path.includes('/manifests/')

/** A package with `v1` and `stable` on one image, and `other` on another. */
async function startTagged() {
  const github = await startGhcr()
  const push = async (tag: string, seed: string) =>
    (await pushImage(github.url, { repository, tag, seed })).digest as Digest
  const digest = await push('v1', 'one')
  await push('stable', 'one')
  const other = await push('other', 'other')
  const tagsAt = (at: Digest) => github.versions(repository).find(version => version.digest === at)?.tags
  return { ...github, digest, other, push, tagsAt }
}

it('takes a tag off by a version of its own, which is gone in the end', async () => {
  const { writer, digest, tagsAt, versions } = await startTagged()

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toEqual({ outcome: 'deleted', by: 'dummy' })
  expect(tagsAt(digest)).toEqual(['stable'])
  expect(versions(repository)).toHaveLength(2)
})

it('the last tag of a package is left where it is: no dummy is pushed that GitHub would not delete', async () => {
  const { writer, digest, other, requests } = await startTagged()
  await writer.listRepository(repository)
  await writer.deleteManifest(repository, other)
  await writer.deleteTag(repository, 'stable', digest)
  const pushes = requests.filter(isTagPut).length

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toEqual({ outcome: 'kept', reason: expect.stringContaining('last tagged version') })
  expect(await writer.findRefusal?.(repository, ['v1'])).toContain('last tagged version')
  expect(requests.filter(isTagPut)).toHaveLength(pushes)
})

it('a tag whose dummy GitHub does not delete is put back', async () => {
  const { writer, digest, state, reader, tagsAt } = await startTagged()
  state.answer = request => (isApiDelete(request) ? { status: 403, body: { message: 'Must have admin' } } : undefined)

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toMatchObject({ outcome: 'kept', reason: expect.stringMatching(/delete:packages.*put back/) })
  expect(await reader.findTag(repository, 'v1')).toBe(digest)
  expect(tagsAt(digest)).toEqual(['stable', 'v1'])
})

it('a classic token that says that it may not delete moves no tag', async () => {
  const { writer, digest, state, requests } = await startTagged()
  state.scopes = 'read:packages, write:packages'

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toEqual({ outcome: 'kept', reason: expect.stringContaining('delete:packages') })
  expect(requests.filter(isTagPut)).toEqual([])
})

it('finds the dummy where GitHub lists it a little later', async () => {
  const { writer, digest, state } = await startTagged()
  await writer.listRepository(repository)
  state.lateLists = 2

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toEqual({ outcome: 'deleted', by: 'dummy' })
})

it('a run that was killed between push and delete is ended by the next', async () => {
  const { writer, digest, tagsAt } = await startTagged()
  const empty = { digest: digestOf(emptyBlob), sizeBytes: emptyBlob.length }
  await writer.putBlob(repository, empty, async function* () {
    yield emptyBlob
  })
  await writer.putManifest(repository, 'v1', dummyFor(digest))

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toEqual({ outcome: 'deleted', by: 'dummy' })
  expect(tagsAt(digest)).toEqual(['stable'])
})

it('says in words why a version stays: it is downloaded much, or the last one with a tag', async () => {
  const { writer, digest, other, versions } = await startTagged()
  const [version] = versions(repository).filter(one => one.digest === other)
  if (version) version.downloads = 5001

  const popular = await writer.deleteManifest(repository, other)
  if (version) version.downloads = 0
  const ended = [await writer.deleteManifest(repository, digest), await writer.deleteManifest(repository, other)]

  expect(popular).toEqual({ outcome: 'kept', reason: expect.stringContaining('5,000 downloads') })
  expect(ended).toEqual([
    { outcome: 'deleted' },
    { outcome: 'kept', reason: expect.stringContaining('last tagged version') },
  ])
})

it('a 404 to the delete of a version that is still there is no absence', async () => {
  const { writer, other, state } = await startTagged()
  state.answer = request =>
    isApiDelete(request) ? { status: 404, body: { message: 'Package not found.' } } : undefined

  const deletion = await writer.deleteManifest(repository, other)

  expect(deletion).toEqual({ outcome: 'kept', reason: expect.stringContaining('delete:packages') })
})

it('deletes ten versions with one list', async () => {
  const { writer, push, requests } = await startTagged()
  const digests = await Promise.all(Array.from({ length: 10 }, (_, at) => push(`b${at}`, `b${at}`)))
  const isList = ({ method, path }: FrontRequest) => method === 'GET' && path.startsWith('/orgs/')

  for (const digest of digests) expect(await writer.deleteManifest(repository, digest)).toEqual({ outcome: 'deleted' })

  expect(requests.filter(isList)).toHaveLength(1)
  expect(requests.filter(isApiDelete)).toHaveLength(10)
})

it('keeps to 180 deletes a minute, however many want to begin at once', async () => {
  const slept: number[] = []
  const clock: Clock = { now: () => new Date(0), sleep: async ms => void slept.push(ms), random: () => 0 }
  const pace = new DeletePace(clock)

  await Promise.all(Array.from({ length: 181 }, () => pace.turn()))

  expect(Math.max(...slept)).toBeGreaterThanOrEqual(60_000)
})
