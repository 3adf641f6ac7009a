import { expect, it } from 'vitest'
import { deletionReason } from '../../../../shared/domain/retention/deletion-reason.ts'

it.each([
  ['BeyondKeepRecent', { keepRecent: 1 }, 'not among the newest 1'],
  ['UnusedTooLong', { unusedDays: 30 }, 'not used within 30 days'],
  ['VersionExpired', { keepDays: 30 }, 'not pushed within 30 days'],
  ['BeyondKeepRecent', { keepRecent: 2, unusedDays: 30 }, 'not among the newest 2, not used within 30 days'],
  ['SubjectDeleted', { keepRecent: 1 }, 'deleted with its subject sha256:00'],
  ['Untagged', { keepRecent: 1 }, 'untagged'],
  ['VersionExpired', { keepRecent: 1 }, 'no image that stays needs it'],
])('names %s of %o for what says "%s"', (word, policy, text) => {
  expect(deletionReason(policy, text)).toBe(word)
})

it('names the rule for the kind of tag, whatever the others say', () => {
  const policy = { keepRecent: 3, rules: [{ keepRecent: 5 }, { unusedDays: 7 }] }

  expect(deletionReason(policy, 'not used within 7 days')).toBe('UnusedTooLong')
})
