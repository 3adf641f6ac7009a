import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { imageArchive } from '../../../infra/packaging/image/image-archive.ts'
import { type LayerEntry, layerOf } from '../../../infra/packaging/image/layer.ts'
import { testFolder } from '../../cli/embedded/aws/embedded-aws.ts'

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

async function filesIn(archive: Buffer): Promise<Map<string, { mode: number; uid: number; content: Buffer }>> {
  const files = new Map<string, { mode: number; uid: number; content: Buffer }>()
  const entries = extract()
  Readable.from([archive]).pipe(entries)
  for await (const entry of entries) {
    const { name, mode = 0, uid = 0 } = entry.header
    files.set(name, { mode, uid, content: await buffer(entry) })
  }
  return files
}

const entries: LayerEntry[] = [
  { path: 'usr/bin/tool', mode: 0o755, text: '#!/usr/bin/node\n' },
  { path: 'data/', mode: 0o700, owner: 65_532 },
]

describe('a layer', () => {
  it('has the folders of its files before them, and all with the modes and owners that were named', async () => {
    const { gzip } = await layerOf(entries)

    const files = await filesIn(gunzipSync(gzip))

    expect([...files.keys()]).toEqual(['usr/', 'usr/bin/', 'usr/bin/tool', 'data/'])
    expect(files.get('usr/bin/tool')).toMatchObject({ mode: 0o755, uid: 0 })
    expect(files.get('data/')).toMatchObject({ mode: 0o700, uid: 65_532 })
  })

  it('has the same bytes for the same files, whenever they were written', async () => {
    const from = join(await testFolder(), 'file')
    const layers = []
    for (const _ of [1, 2]) {
      writeFileSync(from, 'the same')
      layers.push(await layerOf([...entries, { path: 'etc/file', mode: 0o644, from }]))
    }

    expect(layers[0]?.gzip).toEqual(layers[1]?.gzip)
  })
})

describe('an image', () => {
  it('is an OCI layout and an archive of docker save, of the same blobs', async () => {
    const layer = await layerOf(entries)
    const archive = await imageArchive({
      layers: [layer],
      architecture: 'arm64',
      config: { User: '1' },
      name: 'tool:1',
    })

    const files = await filesIn(archive)
    const json = (name: string) => JSON.parse(String(files.get(name)?.content))
    const blob = (digest: string) => `blobs/${digest.replace(':', '/')}`
    const [described] = json('index.json').manifests
    const manifest = json(blob(described.digest))
    const [ofDocker] = json('manifest.json')

    for (const { digest, size } of [described, manifest.config, ...manifest.layers]) {
      const content = files.get(blob(digest))?.content ?? Buffer.alloc(0)
      expect({ digest: digestOf(content), size: content.length }).toEqual({ digest, size })
    }
    expect(json(blob(manifest.config.digest))).toMatchObject({
      architecture: 'arm64',
      config: { User: '1' },
      rootfs: { diff_ids: [digestOf(layer.tar)] },
    })
    expect(ofDocker).toEqual({
      Config: blob(manifest.config.digest),
      RepoTags: ['tool:1'],
      Layers: manifest.layers.map(({ digest }: { digest: string }) => blob(digest)),
    })
  })
})
