import { describe, expect, it } from 'vitest'
import { dummyFor } from '../../../../../shared/adapters/registry/deletion/dummy-manifest.ts'
import { json, refusal, sha256 } from '../fake-registry.ts'

import {
  digest,
  type FirstWord,
  isTagDelete,
  original,
  registryWith,
  repository,
  writerOf,
} from '../stored-registry.ts'

describe('the dummy manifest', () => {
  /** Refuses to delete the tag, and then whatever the test adds. */
  const oldRegistry = (also: FirstWord = () => false) =>
    registryWith((request, response) => {
      if (!isTagDelete(request)) return also(request, response)
      json(response, 400, refusal('DIGEST_INVALID'))
      return true
    })

  it('takes the tag and goes, and the digest stays', async () => {
    const { script, state } = oldRegistry()
    const { writer } = await writerOf(script)

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'dummy' })
    expect([state.tag, [...state.manifests.keys()]]).toEqual([undefined, [digest]])
  })

  it('is never the same twice', () => {
    expect(dummyFor(digest).digest).not.toBe(dummyFor(digest).digest)
  })

  it('is not pushed to a registry without deletes', async () => {
    const { script, state } = oldRegistry(({ method }, response) => {
      if (method === 'DELETE') json(response, 405, refusal('UNSUPPORTED'))
      return method === 'DELETE'
    })
    const { registry, writer } = await writerOf(script)

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: 'registry does not allow deletes' })
    expect(state.tag).toBe(digest)
    expect(registry.requests.some(({ method }) => method === 'PUT')).toBe(false)
  })

  it('that may not stand under an immutable tag keeps it', async () => {
    const { script, state } = oldRegistry(({ method, reference }, response) => {
      if (method === 'PUT' && reference === 'v1') json(response, 409, refusal('TAG_INVALID'))
      return method === 'PUT' && reference === 'v1'
    })
    const { writer } = await writerOf(script)

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('409 TAG_INVALID') })
    expect(state.tag).toBe(digest)
  })

  it.each([403, 405, 500])('that cannot be deleted (%d) gives the tag back', async status => {
    const { script, state } = oldRegistry(({ method, reference }, response) => {
      const isDummy = method === 'DELETE' && state.manifests.has(reference) && reference !== digest
      if (isDummy) response.writeHead(status).end()
      return isDummy
    })
    const { writer } = await writerOf(script)

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('the tag was put back') })
    expect(state.tag).toBe(digest)
  })

  it('F8 that a killed run left under the tag is deleted by the next run', async () => {
    const { script, state } = oldRegistry()
    const left = dummyFor(digest)
    state.manifests.set(left.digest, Buffer.from(left.bytes))
    state.tag = left.digest
    const { writer } = await writerOf(script)

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'dummy' })
    expect([...state.manifests.keys()]).toEqual([digest])
  })

  it('F8 that replaced another digest is a tag that moved', async () => {
    const { script, state } = oldRegistry()
    const left = dummyFor(sha256('another'))
    state.manifests.set(left.digest, Buffer.from(left.bytes))
    state.tag = left.digest
    const { writer } = await writerOf(script)

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: `tag moved to ${left.digest}` })
    expect(state.tag).toBe(left.digest)
  })

  it('F12 that is overtaken by a push leaves the pushed image under the tag', async () => {
    const pushed = Buffer.from(original.toString().replace('"layers"', ' "layers"'))
    const { script, state } = oldRegistry(({ method, reference }) => {
      const isDummy = method === 'DELETE' && state.manifests.has(reference) && reference !== digest
      if (isDummy) {
        state.manifests.set(sha256(pushed), pushed)
        state.tag = sha256(pushed)
      }
      return false
    })
    const { writer } = await writerOf(script)

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: `tag moved to ${sha256(pushed)}` })
    expect([...state.manifests.keys()].toSorted()).toEqual([digest, sha256(pushed)].toSorted())
  })
})
