import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import type { Registry } from '../../../../cli/embedded/registry/registry-server.ts'
import { listTags, putManifest, refusalOf, registryForTest } from './registry-fixture.ts'

const pushTags = async (registry: Registry, tags: readonly string[]): Promise<void> => {
  for (const tag of tags) await pushImage(registry.url, { repository: 'team/app', tag, seed: 'one' })
}

const linkOf = async (url: string): Promise<string | null> => (await fetch(url)).headers.get('Link')

describe('tag list', () => {
  it('is sorted by bytes', async () => {
    const registry = await registryForTest()

    await pushTags(registry, ['v10', 'v2', 'V1', '_x', '1.0'])

    expect(await listTags(registry, 'team/app')).toEqual(['1.0', 'V1', '_x', 'v10', 'v2'])
  })

  it('pages by n and last, and links to the next page until the last', async () => {
    const registry = await registryForTest()
    await pushTags(registry, ['a', 'b', 'c', 'd', 'e'])

    const url = `${registry.url}/v2/team/app/tags/list`

    expect(await listTags(registry, 'team/app', '?n=2')).toEqual(['a', 'b'])
    expect(await linkOf(`${url}?n=2`)).toBe('</v2/team/app/tags/list?last=b&n=2>; rel="next"')
    expect(await listTags(registry, 'team/app', '?last=b&n=2')).toEqual(['c', 'd'])
    expect(await listTags(registry, 'team/app', '?last=d&n=2')).toEqual(['e'])
    expect(await linkOf(`${url}?last=d&n=2`)).toBeNull()
    expect(await linkOf(`${url}?last=c&n=2`)).toBeNull()
  })

  it('goes on after a last that is gone', async () => {
    const registry = await registryForTest()
    await pushTags(registry, ['a', 'b', 'd'])

    const tags = await listTags(registry, 'team/app', '?last=c')

    expect(tags).toEqual(['d'])
  })

  it('is empty and has no next page for n=0', async () => {
    const registry = await registryForTest()
    await pushTags(registry, ['a'])

    expect(await listTags(registry, 'team/app', '?n=0')).toEqual([])
    expect(await linkOf(`${registry.url}/v2/team/app/tags/list?n=0`)).toBeNull()
  })

  it.each(['-1', 'x', '1.5', '1e3'])('refuses n=%s', async n => {
    const registry = await registryForTest()
    await pushTags(registry, ['a'])

    const response = await fetch(`${registry.url}/v2/team/app/tags/list?n=${n}`)

    expect(await refusalOf(response)).toBe('400 PAGINATION_NUMBER_INVALID')
  })

  it('never gives more than 1000 at once', async () => {
    const registry = await registryForTest()
    const tags = Array.from({ length: 1001 }, (_, index) => `t${String(index).padStart(4, '0')}`)
    for (const tag of tags) await putManifest(registry, 'team/app', tag, {}, 'application/vnd.example+json')

    for (const query of ['', '?n=100000', '?n=99999999999999999999']) {
      expect(await listTags(registry, 'team/app', query)).toEqual(tags.slice(0, 1000))
      expect(await linkOf(`${registry.url}/v2/team/app/tags/list${query}`)).toContain('last=t0999&n=1000')
    }
  })

  it('is empty where all tags are deleted, and NAME_UNKNOWN where there never was a repository', async () => {
    const registry = await registryForTest()
    await pushTags(registry, ['a'])
    await fetch(`${registry.url}/v2/team/app/manifests/a`, { method: 'DELETE' })

    const unknown = await fetch(`${registry.url}/v2/team/none/tags/list`)

    expect(await listTags(registry, 'team/app')).toEqual([])
    expect(await refusalOf(unknown)).toBe('404 NAME_UNKNOWN')
  })
})

describe('catalog', () => {
  it('lists repositories sorted and in pages', async () => {
    const registry = await registryForTest()
    for (const repository of ['team/b', 'team', 'team/a']) await pushImage(registry.url, { repository, tag: 'v1' })

    const whole = await fetch(`${registry.url}/v2/_catalog`)
    const page = await fetch(`${registry.url}/v2/_catalog?last=team&n=1`)

    expect(await whole.json()).toEqual({ repositories: ['team', 'team/a', 'team/b'] })
    expect(await page.json()).toEqual({ repositories: ['team/a'] })
    expect(page.headers.get('Link')).toBe('</v2/_catalog?last=team%2Fa&n=1>; rel="next"')
  })
})
