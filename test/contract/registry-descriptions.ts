import { expect, it } from 'vitest'
import type { Digest } from '../../shared/domain/digest.ts'
import { absentDigest, type RegistryUnderTest } from './registry-under-test.ts'

/** What a registry owes that lists more than names, and one that tells of manifests without handing them out. */
export function describingContract(registry: () => RegistryUnderTest): void {
  it('tells when what was pushed, and when it was pulled by others', async ({ skip }) => {
    const { reader, push, pull, freshRepository, capabilities } = registry()
    if (!capabilities.tellsTimes || !pull) return skip()
    const repository = await freshRepository()
    const startedAt = Date.now()
    await push({ repository, tag: 'left', seed: 'left' })
    await push({ repository, tag: 'pulled', seed: 'pulled' })
    await pull(repository, 'pulled')

    const { tags } = await reader.listRepository(repository)

    const byTag = new Map(tags.map(tag => [tag.tag, tag]))
    expect(byTag.get('left')?.pulledAt).toBeUndefined()
    const times = [byTag.get('left')?.pushedAt, byTag.get('pulled')?.pushedAt, byTag.get('pulled')?.pulledAt]
    for (const time of times) expect(time?.getTime()).toBeGreaterThanOrEqual(startedAt - 1000)
  })

  it('lists what is under no tag: children, what lost its tag, and what has a subject', async ({ skip }) => {
    const { reader, push, freshRepository, capabilities } = registry()
    if (!capabilities.listsDigests || capabilities.hidesUntagged) return skip()
    const repository = await freshRepository()
    const before = await push({ repository, tag: 'latest', seed: 'before' })
    await push({ repository, tag: 'latest', seed: 'after' })
    const index = await push({ repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm/v7'] })
    const sbom = await push({ repository, subject: index, artifactType: 'application/vnd.example.sbom' })

    const { untagged } = await reader.listRepository(repository)

    const expected = [before, ...index.children, sbom].map(one => one.digest)
    expect(untagged?.map(({ digest }) => digest).toSorted()).toEqual(expected.toSorted())
  })

  it('describes images and indexes as their manifests do, and counts that as no pull', async ({ skip }) => {
    const { reader, push, freshRepository, capabilities } = registry()
    if (!capabilities.describes) return skip()
    const repository = await freshRepository()
    const created = new Date('2026-01-02T03:04:05Z')
    const index = await push({ repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm/v7'], created })
    const sbom = await push({ repository, subject: index, artifactType: 'application/vnd.example.sbom' })
    const { described } = await reader.listRepository(repository)
    const [, arm] = index.children.map(child => child.digest)

    const told = await reader.describeManifest?.(repository, sbom.digest as Digest)

    const { digest, mediaType } = index
    expect(described?.get(digest as Digest)).toMatchObject({
      manifest: {
        digest,
        mediaType,
        children: index.children.map(child => child.digest),
        sizeBytes: expect.any(Number),
      },
      referrers: [{ digest: sbom.digest }],
    })
    expect(described?.get(arm as Digest)?.config).toEqual({
      createdAt: created,
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    })
    expect(told).toMatchObject({ manifest: { digest: sbom.digest, subject: index.digest } })
    const after = await reader.listRepository(repository)
    expect([...after.tags, ...(after.untagged ?? [])].some(({ pulledAt }) => pulledAt)).toBe(false)
  })

  it('describes nothing of a digest that is not there', async ({ skip }) => {
    const { reader, push, freshRepository, capabilities } = registry()
    if (!capabilities.describes) return skip()
    const repository = await freshRepository()
    await push({ repository, tag: 'v1' })

    expect(await reader.describeManifest?.(repository, absentDigest)).toBeUndefined()
  })
}
