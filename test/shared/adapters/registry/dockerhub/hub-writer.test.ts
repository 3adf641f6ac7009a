import { expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { startHub } from './hub-world.ts'

const repository = 'team/app'

async function startTagged() {
  const hub = await startHub()
  const pushed = await pushImage(hub.url, { repository, tag: 'v1' })
  return { ...hub, digest: pushed.digest as Digest }
}

it('deletes the only tag of an image, and the image stays under its digest', async () => {
  const { writer, digest, requests } = await startTagged()

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toEqual({ outcome: 'deleted', by: 'tag-api' })
  expect(await writer.hasManifest(repository, digest)).toBe(true)
  expect(requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
    `/v2/repositories/${repository}/tags/v1/`,
  ])
})

it('of a whole image the tags go first, and without tags it is refused before it is read', async () => {
  const { writer, digest } = await startTagged()

  expect(await writer.findRefusal?.(repository, ['v1'])).toBeUndefined()
  expect(await writer.findRefusal?.(repository, [])).toContain('no image by its digest')
  expect(await writer.deleteManifest(repository, digest)).toMatchObject({ outcome: 'kept', tagsFirst: true })
})

it('a token that may not delete is told which it must be, and nothing else is tried', async () => {
  const { writer, digest, state, requests } = await startTagged()
  state.rights = ['read']

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toEqual({ outcome: 'kept', reason: expect.stringContaining('Read, Write & Delete') })
  expect(requests.filter(({ method }) => method === 'DELETE' || method === 'PUT')).toHaveLength(1)
})

it('an accepted delete that did nothing is no delete', async () => {
  const { writer, digest, state } = await startTagged()
  state.answer = ({ method }) => (method === 'DELETE' ? { status: 204 } : undefined)

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toMatchObject({ outcome: 'kept', isAccepted: true })
})

it('a tag that goes in the same moment is an absence', async () => {
  const { writer, digest, state, url } = await startTagged()
  state.answer = ({ method, path, headers }) => {
    if (method !== 'DELETE' || headers['user-agent'] !== 'shelflife') return undefined
    state.answer = request =>
      request.method === 'HEAD' && request.path.endsWith('/v1') ? { status: 404, body: {} } : undefined
    return { status: path.startsWith('/v2/repositories') ? 404 : 500, body: { url } }
  }

  const deletion = await writer.deleteTag(repository, 'v1', digest)

  expect(deletion).toEqual({ outcome: 'absent' })
})
