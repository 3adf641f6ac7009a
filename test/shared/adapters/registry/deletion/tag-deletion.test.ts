import { describe, expect, it } from 'vitest'
import { ociManifest } from '../../../../../shared/adapters/registry/media-types.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { json, refusal, sha256 } from '../fake-registry.ts'
import { digest, isTagDelete, original, registryWith, repository, writerOf } from '../stored-registry.ts'

describe('the delete of a tag', () => {
  it.each([200, 204, 302, 409, 412, 423])('I3 answered with %d while the tag stays is no delete', async status => {
    const { script, state } = registryWith((request, response) => {
      if (isTagDelete(request)) response.writeHead(status).end()
      return isTagDelete(request)
    })
    const { writer } = await writerOf(script)

    const outcome = await writer.deleteTag(repository, 'v1', digest).catch(error => error.name)

    expect(outcome).toEqual(status === 302 ? 'InvalidInputError' : expect.objectContaining({ outcome: 'kept' }))
    expect(state.tag).toBe(digest)
  })

  it('answered with 202 while the tag stays is no delete', async () => {
    const { script } = registryWith((request, response) => {
      if (isTagDelete(request)) response.writeHead(202).end()
      return isTagDelete(request)
    })
    const { writer } = await writerOf(script)

    expect(await writer.deleteTag(repository, 'v1', digest)).toMatchObject({ outcome: 'kept' })
  })

  it('is not begun while the tag cannot be read', async () => {
    const { registry, writer } = await writerOf((_request, response) => response.writeHead(503).end())

    expect(await failureOf(writer.deleteTag(repository, 'v1', digest))).toMatchObject({ name: 'UnavailableError' })
    expect(registry.requests.every(({ method }) => method === 'HEAD')).toBe(true)
  })
})

describe('the delete of a digest', () => {
  it.each([
    [405, 'registry does not allow deletes'],
    [412, 'immutable: registry answered 412 UNKNOWN to the delete of this digest; change its rule there if it may go'],
  ])('answered with %d keeps it and says so', async (status, reason) => {
    const { script } = registryWith(({ method }, response) => {
      if (method === 'DELETE') json(response, status, refusal('UNKNOWN'))
      return method === 'DELETE'
    })
    const { writer } = await writerOf(script)

    expect(await writer.deleteManifest(repository, digest)).toEqual({ outcome: 'kept', reason })
  })

  it('that the registry accepts and does not do is no delete', async () => {
    const { script } = registryWith(({ method }, response) => {
      if (method === 'DELETE') response.writeHead(202).end()
      return method === 'DELETE'
    })
    const { writer } = await writerOf(script)

    expect(await writer.deleteManifest(repository, digest)).toMatchObject({ outcome: 'kept' })
  })
})

it('B17 refuses to put bytes under a digest that is not theirs', async () => {
  const { registry, writer } = await writerOf(registryWith(() => false).script)

  const failure = await failureOf(
    writer.putManifest(repository, sha256('other'), { mediaType: ociManifest, bytes: original }),
  )

  expect(failure).toMatchObject({ name: 'InvalidInputError' })
  expect(registry.requests).toEqual([])
})
