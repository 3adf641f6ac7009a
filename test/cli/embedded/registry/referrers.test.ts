import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import { absentDigest, indexType, refusalOf, registryForTest } from './registry-fixture.ts'

const repository = 'team/app'
const signature = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const sbom = 'application/spdx+json'

const withReferrers = async () => {
  const registry = await registryForTest()
  const image = await pushImage(registry.url, { repository, tag: 'v1' })
  const pushReferrer = (artifactType: string) =>
    pushImage(registry.url, { repository, subject: image, artifactType, annotations: { made: 'by test' } })
  const referrers = { signature: await pushReferrer(signature), sbom: await pushReferrer(sbom) }
  return { registry, ...referrers, url: `${registry.url}/v2/${repository}/referrers/${image.digest}` }
}

describe('referrers', () => {
  it('are listed with type and annotations as an index', async () => {
    const { url, ...pushed } = await withReferrers()

    const response = await fetch(url)

    expect(response.headers.get('Content-Type')).toBe(indexType)
    expect(response.headers.get('OCI-Filters-Applied')).toBeNull()
    const descriptors = [pushed.signature, pushed.sbom].map(({ mediaType, digest, size }, index) => {
      const artifactType = index === 0 ? signature : sbom
      return { mediaType, digest, size, artifactType, annotations: { made: 'by test' } }
    })
    const manifests = descriptors.toSorted((one, other) => (one.digest < other.digest ? -1 : 1))
    expect(await response.json()).toEqual({ schemaVersion: 2, mediaType: indexType, manifests })
  })

  it('are filtered by artifactType', async () => {
    const { url, ...pushed } = await withReferrers()

    const response = await fetch(`${url}?artifactType=${encodeURIComponent(sbom)}`)

    expect(response.headers.get('OCI-Filters-Applied')).toBe('artifactType')
    expect(await response.json()).toMatchObject({ manifests: [{ digest: pushed.sbom.digest }] })
  })

  it('outlive their subject', async () => {
    const { url } = await withReferrers()

    await fetch(url.replace('referrers', 'manifests'), { method: 'DELETE' })

    expect(await (await fetch(url)).json()).toMatchObject({ manifests: [{}, {}] })
  })

  it('are gone when they are deleted', async () => {
    const { registry, url, ...pushed } = await withReferrers()

    await fetch(`${registry.url}/v2/${repository}/manifests/${pushed.sbom.digest}`, { method: 'DELETE' })

    expect(await (await fetch(url)).json()).toMatchObject({ manifests: [{ digest: pushed.signature.digest }] })
  })

  it('are an empty index for what is not there', async () => {
    const registry = await registryForTest()

    const response = await fetch(`${registry.url}/v2/team/none/referrers/${absentDigest}`)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ schemaVersion: 2, mediaType: indexType, manifests: [] })
  })

  it('refuses a tag in the place of a digest', async () => {
    const { registry } = await withReferrers()

    const response = await fetch(`${registry.url}/v2/${repository}/referrers/v1`)

    expect(await refusalOf(response)).toBe('400 DIGEST_INVALID')
  })
})
