import { expect, it } from 'vitest'
import { createOciReader } from '../../../../shared/adapters/registry/oci/oci-registry.ts'
import { requireDigest, requireRepository, requireTag } from '../../../../shared/adapters/registry/reference-checks.ts'
import { failureOf, someDigest, startFakeRegistry } from './fake-registry.ts'

it.each(['app', 'team/app', 'a__b/c-d/e.f', 'a--b', '0', 'a'.repeat(255)])('takes the repository %s', repository => {
  expect(requireRepository(repository)).toBe(repository)
})

it.each([
  '',
  '../etc',
  'a/../b',
  '%2e%2e/a',
  'a//b',
  '/a',
  'a/',
  'Team/App',
  'teаm/app',
  'a___b',
  'a..b',
  'a b',
  'a?b',
  'a'.repeat(256),
])('B8 refuses the repository %j', repository => {
  expect(() => requireRepository(repository)).toThrow(/repository: expected/)
})

it.each(['', '-v1', '.v1', 'v1\n', 'a/b', 'sha256:abc', 'a'.repeat(129)])('B9 refuses the tag %j', tag => {
  expect(() => requireTag(tag)).toThrow(/tag: expected/)
})

it('B9 takes 300 characters where ECR does, and not 301', () => {
  expect(requireTag('a'.repeat(300), 300)).toHaveLength(300)
  expect(() => requireTag('a'.repeat(301), 300)).toThrow(/tag: expected/)
})

it.each(['', `sha512:${'a'.repeat(128)}`, `sha256:${'a'.repeat(63)}`, `sha256:${'A'.repeat(64)}`, 'v1'])(
  'B10 refuses the digest %j',
  digest => {
    expect(() => requireDigest(digest)).toThrow(/digest: expected/)
  },
)

it('B8 puts no odd name into an address', async () => {
  const registry = await startFakeRegistry((_request, response) => response.end())
  const reader = createOciReader(registry.options)

  const failures = await Promise.all([
    failureOf(reader.listRepository('../v2/other')),
    failureOf(reader.findTag('team/app', '../../x')),
    failureOf(reader.findManifest('team/app', 'sha256:../x')),
    failureOf(reader.findConfig('team//app', someDigest)),
    failureOf(reader.listReferrers('Team/App', someDigest)),
  ])

  expect(failures.map(failure => (failure as Error).name)).toEqual(Array(5).fill('InvalidInputError'))
  expect(registry.requests).toEqual([])
})
