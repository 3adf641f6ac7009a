import { expect, it, onTestFinished } from 'vitest'
import { startLargeFixture } from '../../support/large-fixture.ts'
import { tagAt } from '../../support/large-registry.ts'

const tags = 1_000_000

it('a repository of a million tags is synced over several invocations', { timeout: 3_600_000 }, async () => {
  const large = await startLargeFixture({ tags, images: 200 })
  onTestFinished(() => large.close())

  const results = await large.sync({ timeoutMs: 200_000 })

  expect(results.length).toBeGreaterThan(4)
  expect(results.at(-1)).toMatchObject({ outcome: 'synced', message: '1000000 tags, 1000200 changes' })
  expect(large.registry.count('look')).toBeLessThan(tags + results.length * 1200)
  expect(large.registry.count('list')).toBe((tags / 1000) * results.length)
  expect(await large.tags()).toHaveLength(tags)
  expect(await large.store.findTag(large.repository, tagAt(tags - 1))).toMatchObject({
    digest: large.registry.digestAt(tags - 1),
  })
})
