import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { dummyFor } from '../../../shared/registry/dummy-manifest.ts'
import { ociManifest } from '../../../shared/registry/media-types.ts'
import { createOciWriter } from '../../../shared/registry/oci-writer.ts'
import { failureOf, json, refusal, sha256, startFakeRegistry } from './fake-registry.ts'

const original = Buffer.from(
  JSON.stringify({ schemaVersion: 2, config: { digest: sha256('config'), size: 1 }, layers: [] }),
)
const digest = sha256(original)
const repository = 'library/team/app'

interface State {
  tag: string | undefined
  readonly manifests: Map<string, Buffer>
}

type FirstWord = (request: { method: string; reference: string }, response: ServerResponse) => boolean

/** A registry that keeps manifests and the one tag `v1`, and gives the test the first word on every request. */
function registryWith(first: FirstWord): { state: State; script: RequestListener } {
  const state: State = { tag: digest, manifests: new Map([[digest, original]]) }
  const script: RequestListener = (request, response) => {
    const { method = '', url = '' } = request
    const reference = /\/manifests\/([^?]+)/.exec(url)?.[1]
    if (first({ method, reference: reference ?? url }, response)) return
    // Of blobs it has every one.
    if (reference === undefined) response.writeHead(method === 'HEAD' ? 200 : 404).end()
    else if (method === 'PUT') void put(state, reference, request, response)
    else answerStored(state, method, reference, response)
  }
  return { state, script }
}

function answerStored(state: State, method: string, reference: string, response: ServerResponse): void {
  const found = reference.startsWith('sha256:') ? reference : (state.tag ?? '')
  const bytes = state.manifests.get(found)
  if (bytes === undefined) return void json(response, 404, refusal('MANIFEST_UNKNOWN'))
  if (method !== 'DELETE') {
    response.writeHead(200, { 'content-type': ociManifest, 'docker-content-digest': found })
    return void response.end(method === 'HEAD' ? undefined : bytes)
  }
  state.manifests.delete(found)
  if (state.tag === found) state.tag = undefined
  response.writeHead(202).end()
}

async function put(state: State, reference: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await buffer(request)
  state.manifests.set(sha256(bytes), bytes)
  if (!reference.startsWith('sha256:')) state.tag = sha256(bytes)
  response.writeHead(201, { 'docker-content-digest': sha256(bytes) }).end()
}

const isTagDelete = (request: { method: string; reference: string }): boolean =>
  request.method === 'DELETE' && request.reference === 'v1'

async function writerOf(script: RequestListener, provider: 'oci' | 'harbor' = 'oci') {
  const credential = { username: 'sweeper', password: 'hush' }
  const registry = await startFakeRegistry(script, { credential })
  return { registry, writer: createOciWriter({ ...registry.options, provider }) }
}

describe('the tag API of Harbor', () => {
  const harborPath = `/api/v2.0/projects/library/repositories/team%252Fapp/artifacts/${digest}/tags/v1`
  const harborAnswering = (status: number, gone = status === 200) => {
    const registry = registryWith(({ reference }, response) => {
      if (reference !== harborPath) return false
      if (gone) registry.state.tag = undefined
      json(response, status, {})
      return true
    })
    return registry
  }

  it('is called first, with the repository escaped twice and the credential', async () => {
    const { registry, writer } = await writerOf(harborAnswering(200).script, 'harbor')

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'tag-api' })
    const deletes = registry.requests.filter(({ method }) => method === 'DELETE')
    expect(deletes.map(({ path }) => path)).toEqual([harborPath])
    expect(deletes[0]?.headers.authorization).toMatch(/^Basic /)
  })

  it('that refuses keeps the tag: an immutable tag is not deleted another way', async () => {
    const { registry, writer } = await writerOf(harborAnswering(412).script, 'harbor')

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: 'Harbor answered 412 to the delete of the tag' })
    expect(registry.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
  })

  it('that denies throws', async () => {
    const { writer } = await writerOf(harborAnswering(403).script, 'harbor')

    expect(await failureOf(writer.deleteTag(repository, 'v1', digest))).toMatchObject({ name: 'AccessDeniedError' })
  })

  it('that does not know a tag which is gone is an absence', async () => {
    const { writer } = await writerOf(harborAnswering(404, true).script, 'harbor')

    expect(await writer.deleteTag(repository, 'v1', digest)).toEqual({ outcome: 'absent' })
  })

  it('I16 that times out for ever throws, and nothing else is tried', async () => {
    const { registry, writer } = await writerOf(harborAnswering(504).script, 'harbor')

    expect(await failureOf(writer.deleteTag(repository, 'v1', digest))).toMatchObject({ name: 'UnavailableError' })
    expect(registry.requests.every(({ method, path }) => method !== 'DELETE' || path === harborPath)).toBe(true)
  })
})

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

describe('the delete of a digest', () => {
  it.each([
    [405, 'registry does not allow deletes'],
    [412, 'registry answered 412 UNKNOWN to the delete'],
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
