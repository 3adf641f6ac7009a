import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import {
  digestOf,
  listTags,
  pushBlob,
  putManifest,
  refusalOf,
  registryForTest,
  temporaryFolder,
} from './registry-fixture.ts'

const repository = 'team/app'

describe('garbage collection', () => {
  it('removes what no manifest refers to and says so', async () => {
    const registry = await registryForTest()
    const digest = await pushBlob(registry, repository, 'hello')

    const report = await registry.collectGarbage()

    expect(report).toEqual({ removed: [digest], freedBytes: 5 })
    expect(await refusalOf(await fetch(`${registry.url}/v2/${repository}/blobs/${digest}`))).toBe('404 BLOB_UNKNOWN')
  })

  it('keeps tagged and untagged manifests, children, artifacts and their blobs', async () => {
    const registry = await registryForTest()
    const index = await pushImage(registry.url, { repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })
    await pushImage(registry.url, { repository, subject: index, artifactType: 'a/b' })
    await pushImage(registry.url, { repository, seed: 'untagged' })

    const report = await registry.collectGarbage()

    expect(report.removed).toEqual([])
  })

  it('keeps a blob that another repository still needs', async () => {
    const registry = await registryForTest()
    const { digest } = await pushImage(registry.url, { repository, tag: 'v1', seed: 'one' })
    await pushImage(registry.url, { repository: 'team/other', tag: 'v1', seed: 'one' })
    await fetch(`${registry.url}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' })

    const report = await registry.collectGarbage()

    expect(report.removed).toEqual([])
    expect((await fetch(`${registry.url}/v2/team/other/manifests/${digest}`)).status).toBe(200)
  })

  it('leaves the blobs of a deleted manifest until it runs, so that the manifest can be put back before and not after', async () => {
    const dataDir = await temporaryFolder()
    const registry = await registryForTest({ dataDir })
    const { digest } = await pushImage(registry.url, { repository, tag: 'v1' })
    const url = `${registry.url}/v2/${repository}/manifests/${digest}`
    const manifest = await (await fetch(url)).text()
    await fetch(url, { method: 'DELETE' })

    const before = await putManifest(registry, repository, 'v1', manifest)
    await fetch(url, { method: 'DELETE' })
    const report = await registry.collectGarbage()
    const after = await putManifest(registry, repository, 'v1', manifest)

    expect(before.status).toBe(201)
    expect(report.removed).toContain(digestOf(manifest))
    expect(report.removed).toHaveLength(3)
    expect(await refusalOf(after)).toBe('400 MANIFEST_BLOB_UNKNOWN')
    expect(await listTags(registry, repository)).toEqual([])
  })
})
