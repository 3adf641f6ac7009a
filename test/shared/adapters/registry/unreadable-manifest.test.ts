import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ociIndex, ociManifest } from '../../../../shared/adapters/registry/media-types.ts'
import { readManifest } from '../../../../shared/adapters/registry/unreadable-manifest.ts'
import { sha256 } from './fake-registry.ts'

const [config, layer, child] = [sha256('config'), sha256('layer'), sha256('child')]
const image = { schemaVersion: 2, config: { digest: config, size: 1 }, layers: [{ digest: layer, size: 2 }] }
const index = { schemaVersion: 2, manifests: [{ digest: child, size: 3 }] }

const read = (content: unknown, contentType = ociManifest) => {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  return readManifest(bytes, sha256(bytes), contentType, 'GET here')
}

describe('B28 a manifest that is none that is understood', () => {
  it.each([
    ['it has no layers', { ...image, layers: undefined }, ociManifest, [config]],
    ['its layers are null', { ...image, layers: null }, ociManifest, [config]],
    ['its manifests are null', { ...index, manifests: null }, ociIndex, []],
    ['a size is below 0', { ...image, layers: [{ digest: layer, size: -1 }] }, ociManifest, [config, layer]],
    [
      'a layer has a sha512',
      { ...image, layers: [{ digest: `sha512:${'a'.repeat(128)}`, size: 1 }] },
      ociManifest,
      [config],
    ],
    [
      'it is an artifact',
      { blobs: [{ digest: layer }], subject: { digest: child } },
      'application/vnd.oci.artifact.manifest.v1+json',
      [layer, child],
    ],
    ['it states another type', { ...image, mediaType: ociIndex }, ociManifest, [config, layer]],
    ['its type says nothing, and it states none', image, 'application/json', [config, layer]],
    ['it is both', { ...image, ...index }, ociIndex, [config, layer, child]],
    ['it is no JSON', `{"config": "${config}"`, ociManifest, [config]],
    [
      'it spells digests in escapes',
      JSON.stringify({ ...index, manifests: null, also: child }).replace(child, child.replace(':', '\\u003a')),
      ociIndex,
      [child],
    ],
  ])('is unreadable when %s, and may refer to what it names', (_name, content, contentType, named) => {
    expect(read(content, contentType)).toEqual({
      digest: expect.any(String),
      unreadable: expect.stringMatching(
        /^GET here: .* got .*; it is kept: push the tag anew, or delete it in the registry$/,
      ),
      mayReferTo: named,
    })
  })

  it('may refer to anything where it names more than a record can hold', () => {
    const many = Array.from({ length: 2_001 }, (_, at) => sha256(`${at}`))

    expect(read({ many })).not.toHaveProperty('mayReferTo')
    expect(read({ many: many.slice(1) })).toHaveProperty('mayReferTo')
  })

  it('may refer to anything where its bytes are not those of its digest', () => {
    expect(readManifest(Buffer.from(JSON.stringify(image)), child, ociManifest, 'GET here')).toEqual({
      digest: child,
      unreadable: expect.stringContaining('expected a body that hashes to'),
    })
  })

  it('may refer to what it names when it is of schema 1, whose digest is that of its payload', () => {
    const payload = JSON.stringify({ schemaVersion: 1, fsLayers: [{ blobSum: layer }] }, undefined, 3)
    const formatLength = payload.lastIndexOf('\n')
    const base64 = (text: string) => Buffer.from(text).toString('base64url')
    const header = base64(JSON.stringify({ formatLength, formatTail: base64(payload.slice(formatLength)) }))
    const signed = `${payload.slice(0, formatLength)},"signatures":[{"signature":"x","protected":"${header}"}]}`
    const digest = `sha256:${createHash('sha256').update(payload).digest('hex')}` as const

    const found = readManifest(
      Buffer.from(signed),
      digest,
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      'GET here',
    )

    expect(found).toMatchObject({ digest, unreadable: expect.stringContaining('schema 1'), mayReferTo: [layer] })
  })
})

it.each(['', 'application/json', 'application/octet-stream', 'text/plain'])(
  'B28 a manifest is read as what it states itself where it was sent as %j',
  contentType => {
    expect(read({ ...image, mediaType: ociManifest }, contentType)).toMatchObject({ mediaType: ociManifest, config })
  },
)
