import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ImageToPush, pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import type { RegistryRequest } from '../../../../cli/embedded/registry/registry-server.ts'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import { digestOf, indexType, listTags, manifestType, registryForTest } from './registry-fixture.ts'

const repository = 'team/app'
const manifestSchema = z.object({
  config: z.object({ digest: z.string(), mediaType: z.string() }),
  layers: z.tuple([z.object({ digest: z.string(), mediaType: z.string() })]),
})
const configSchema = z.looseObject({ rootfs: z.object({ diff_ids: z.array(z.string()) }) })

const pushAndRead = async (image: Omit<ImageToPush, 'repository'>) => {
  const { url } = await registryForTest()
  const pushed = await pushImage(url, { repository, ...image })
  const read = (path: string) => fetch(`${url}/v2/${repository}/${path}`)
  return { pushed, read, manifest: await (await read(`manifests/${pushed.digest}`)).json() }
}

describe('pushImage', () => {
  it('pushes a configuration and a layer that fit together', async () => {
    const created = new Date('2026-01-02T03:04:05Z')
    const { manifest, read } = await pushAndRead({
      tag: 'v1',
      created,
      labels: { team: 'a' },
      files: { 'etc/motd': 'hi' },
    })

    const { config, layers } = manifestSchema.parse(manifest)
    const configuration = configSchema.parse(await (await read(`blobs/${config.digest}`)).json())
    const tar = gunzipSync(new Uint8Array(await (await read(`blobs/${layers[0].digest}`)).arrayBuffer()))

    expect(configuration).toMatchObject({
      created: '2026-01-02T03:04:05.000Z',
      os: 'linux',
      architecture: 'amd64',
      config: { Labels: { team: 'a' } },
    })
    expect(configuration.rootfs.diff_ids).toEqual([digestOf(tar)])
    expect(tar.subarray(0, 8).toString()).toBe('etc/motd')
    expect(tar.subarray(512, 514).toString()).toBe('hi')
  })

  it('pushes an index with one manifest per platform', async () => {
    const { pushed, manifest } = await pushAndRead({ tag: 'v1', platforms: ['linux/amd64', 'linux/arm/v7'] })

    expect(pushed).toMatchObject({ mediaType: indexType, repository, tag: 'v1' })
    expect(manifest).toMatchObject({
      mediaType: indexType,
      manifests: [
        { mediaType: manifestType, platform: { os: 'linux', architecture: 'amd64' } },
        { mediaType: manifestType, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
      ],
    })
    expect(pushed.children.map(({ digest }) => digest)).toHaveLength(2)
  })

  it('pushes an artifact with subject and annotations by its digest', async () => {
    const { digest, mediaType, size } = (await pushAndRead({ tag: 'v1' })).pushed

    const { pushed, manifest } = await pushAndRead({
      subject: { digest, mediaType, size },
      artifactType: 'application/spdx+json',
      annotations: { a: 'b' },
    })

    expect(pushed.tag).toBeUndefined()
    expect(manifest).toMatchObject({
      artifactType: 'application/spdx+json',
      config: { mediaType: 'application/vnd.oci.empty.v1+json' },
      subject: { digest, mediaType, size },
      annotations: { a: 'b' },
    })
  })

  it('gives the same digest for the same seed and another for another tag', async () => {
    const { url } = await registryForTest()
    const one = await pushImage(url, { repository, tag: 'v1', seed: 'same' })
    const two = await pushImage(url, { repository, tag: 'v2', seed: 'same' })
    const three = await pushImage(url, { repository, tag: 'v3' })
    const four = await pushImage(url, { repository, tag: 'v4' })

    expect(two.digest).toBe(one.digest)
    expect(new Set([one, three, four].map(({ digest }) => digest)).size).toBe(3)
  })

  it('uploads in two requests where the registry does not take a blob in one', async () => {
    const requests: RegistryRequest[] = []
    const registry = await registryForTest({
      onRequest: request => requests.push(request),
      intercept: request =>
        request.method === 'POST' && request.url.includes('digest=')
          ? fetch(request.url.split('?')[0] ?? '', { method: 'POST' })
          : undefined,
    })

    await pushImage(registry.url, { repository, tag: 'v1' })

    expect(await listTags(registry, repository)).toEqual(['v1'])
    expect(requests.filter(({ method, path }) => method === 'PUT' && path.includes('/uploads/'))).toHaveLength(2)
  })

  it('sends credentials', async () => {
    const { url } = await registryForTest({ auth: { username: 'ci', password: 's3cret' } })
    const Authorization = `Basic ${Buffer.from('ci:s3cret').toString('base64')}`

    const pushed = await pushImage(url, { repository, tag: 'v1' }, { Authorization })

    expect(pushed.tag).toBe('v1')
    await expect(pushImage(url, { repository, tag: 'v1' })).rejects.toThrow(AccessDeniedError)
  })

  it.each([
    [429, UnavailableError],
    [503, UnavailableError],
    [400, InvalidInputError],
  ])('throws the family of error that an answer %d stands for', async (status, family) => {
    const { url } = await registryForTest({ intercept: () => new Response('no', { status }) })

    await expect(pushImage(url, { repository, tag: 'v1' })).rejects.toThrow(family)
  })
})
