import type { RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { ociManifest } from '../../../../../shared/adapters/registry/media-types.ts'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { json, refusal, sha256, someDigest, startFakeRegistry } from '../fake-registry.ts'

const manifestOf = (annotations = {}) =>
  Buffer.from(
    JSON.stringify({ schemaVersion: 2, config: { digest: sha256('config'), size: 1 }, layers: [], annotations }),
  )
const bytes = manifestOf()
const digest = sha256(bytes)
const typed = { 'content-type': ociManifest }
const stating = (stated: string) => ({ ...typed, 'docker-content-digest': stated })

/** What is found of tag v1 where a GET is answered by the script, a HEAD with this digest; and what was asked. */
async function found(onGet: RequestListener, stated: string = digest) {
  const registry = await startFakeRegistry((request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, stating(stated)).end()
    else onGet(request, response)
  })
  const answer = await createOciReader(registry.options).findTaggedManifest?.('team/app', 'v1')
  return { answer, methods: registry.requests.map(({ method }) => method) }
}

it('a manifest comes with its tag in one request', async () => {
  const { answer, methods } = await found((_, response) => response.writeHead(200, stating(digest)).end(bytes))

  expect(answer).toMatchObject({ digest, mediaType: ociManifest, config: sha256('config') })
  expect(methods).toEqual(['GET'])
})

it('a registry that states no digest is told it by the bytes', async () => {
  const { answer, methods } = await found((_, response) => response.writeHead(200, typed).end(bytes))

  expect(answer).toMatchObject({ digest })
  expect(methods).toEqual(['GET'])
})

const large = manifestOf({ text: 'x'.repeat(300 * 1024) })
const odd: readonly [string, RequestListener, string][] = [
  ['bytes of another digest', (_, response) => response.writeHead(200, stating(someDigest)).end(bytes), someDigest],
  ['a type that is not known', (_, response) => response.writeHead(200, { 'content-type': 'a/b' }).end(bytes), digest],
  ['a web page', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>hello'), digest],
  ['a manifest of unusual size', (_, response) => response.writeHead(200, typed).end(large), sha256(large)],
  ['406', (_, response) => json(response, 406, refusal('MANIFEST_UNKNOWN')), digest],
  ['404 to a GET alone', (_, response) => json(response, 404, refusal('MANIFEST_UNKNOWN')), digest],
]
it.each(odd)('of %s the digest alone is answered, by a HEAD', async (_, onGet, stated) => {
  const { answer, methods } = await found(onGet, stated)

  expect(answer).toBe(stated)
  expect(methods).toEqual(['GET', 'HEAD'])
})

it('a tag that is gone is gone', async () => {
  const registry = await startFakeRegistry((_, response) => json(response, 404, refusal('MANIFEST_UNKNOWN')))

  expect(await createOciReader(registry.options).findTaggedManifest?.('team/app', 'v1')).toBeUndefined()
})

it('where each manifest counts as a pull none is asked for by its tag', async () => {
  const registry = await startFakeRegistry((_, response) => response.end(), { countsPulls: true })

  expect(createOciReader(registry.options)).not.toHaveProperty('findTaggedManifest')
})
