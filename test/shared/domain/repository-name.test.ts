import { expect, it } from 'vitest'
import { parseDigest, parseRepositoryPath, parseTag, parseTagWithin } from '../../../shared/domain/repository-name.ts'

it.each(['app', 'team/app', 'a__b/c-d/e.f', 'a--b', '0', 'a'.repeat(255)])('takes the repository %s', repository => {
  expect(parseRepositoryPath(repository)).toBe(repository)
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
  expect(() => parseRepositoryPath(repository)).toThrow(/expected a repository path/)
})

it.each(['', '-v1', '.v1', 'v1\n', 'a/b', 'sha256:abc', 'a'.repeat(129)])('B9 refuses the tag %j', tag => {
  expect(() => parseTag(tag)).toThrow(/expected a tag/)
})

it('B9 takes 300 characters where ECR does, and not 301', () => {
  expect(parseTagWithin('a'.repeat(300), 300)).toHaveLength(300)
  expect(() => parseTagWithin('a'.repeat(301), 300)).toThrow(/expected a tag/)
})

it.each(['', `sha512:${'a'.repeat(128)}`, `sha256:${'a'.repeat(63)}`, `sha256:${'A'.repeat(64)}`, 'v1'])(
  'B10 refuses the digest %j',
  digest => {
    expect(() => parseDigest(digest)).toThrow(/expected a digest/)
  },
)
