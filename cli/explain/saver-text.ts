import type { Saver } from '../../shared/domain/retention/explain/savers.ts'

const fields = {
  keepRecent: 'keepRecent',
  unusedDays: 'unusedDays',
  keepDays: 'keepDays',
  majorVersions: 'semver.majorVersions',
  minorVersions: 'semver.minorVersions',
  patches: 'semver.patches',
} as const satisfies Record<Exclude<Saver['how'], 'keepTags'>, string>

/** What to do in the policy, in words. */
export const saverText = (saver: Saver): string => {
  if (saver.how === 'keepTags') return `add ${saver.tag} to spec.keepTags`
  return `raise spec.${fields[saver.how]} from ${saver.from} to ${saver.to}`
}
