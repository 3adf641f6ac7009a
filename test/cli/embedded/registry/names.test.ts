import { describe, expect, it } from 'vitest'
import { absentDigest, getRawPath, refusalOf, registryForTest } from './registry-fixture.ts'

describe('names', () => {
  it.each([
    'a/../b',
    '../etc',
    '%2e%2e/b',
    'a/%2e%2e/b',
    'a%2f..%2fb',
    'Team/app',
    'team//app',
    'team/app/',
    'team/_tags',
    '-team',
    'team/app-',
    'te%00am',
    'te%0aam',
    'te\u0430m'.replace('\u0430', '%D0%B0'),
    'a'.repeat(256),
  ])('B8 refuses the repository name %s', async name => {
    const registry = await registryForTest()

    const answers = await Promise.all(
      [
        `${name}/manifests/v1`,
        `${name}/tags/list`,
        `${name}/blobs/${absentDigest}`,
        `${name}/referrers/${absentDigest}`,
      ].map(path => getRawPath(registry, `/v2/${path}`)),
    )

    expect(await Promise.all(answers.map(refusalOf))).toEqual(Array.from({ length: 4 }, () => '400 NAME_INVALID'))
  })

  it.each(['a', 'a'.repeat(255), 'a.b/c_d/e__f/g--h', 'tags/list', 'manifests/manifests/blobs', 'blobs/uploads'])(
    'takes the repository name %s',
    async name => {
      const registry = await registryForTest()

      const response = await getRawPath(registry, `/v2/${name}/manifests/v1`)

      expect(await refusalOf(response)).toBe('404 MANIFEST_UNKNOWN')
    },
  )

  it.each(['-v1', '.v1', 'a'.repeat(129), 'v1%0a', 'v%2F1', 'v1%20', '..'])('B9 refuses the tag %s', async tag => {
    const registry = await registryForTest()

    const response = await getRawPath(registry, `/v2/team/app/manifests/${tag}`)

    expect(await refusalOf(response)).toBe('400 TAG_INVALID')
  })

  it.each(['a'.repeat(128), '_v1', `${absentDigest.replace(':', '-')}.sig`])('takes the tag %s', async tag => {
    const registry = await registryForTest()

    const response = await getRawPath(registry, `/v2/team/app/manifests/${tag}`)

    expect(await refusalOf(response)).toBe('404 MANIFEST_UNKNOWN')
  })

  it.each([
    'sha256:00',
    `sha512:${'0'.repeat(64)}`,
    `sha384:${'0'.repeat(96)}`,
    `sha256:${'A'.repeat(64)}`,
    'sha256:',
    `${absentDigest}0`,
  ])('B10 refuses the digest %s', async digest => {
    const registry = await registryForTest()

    const response = await getRawPath(registry, `/v2/team/app/manifests/${digest}`)

    expect(await refusalOf(response)).toBe('400 DIGEST_INVALID')
  })

  it('answers 404 outside its routes', async () => {
    const registry = await registryForTest()

    const response = await fetch(`${registry.url}/v1/search`)

    expect(await refusalOf(response)).toBe('404 UNSUPPORTED')
  })
})
