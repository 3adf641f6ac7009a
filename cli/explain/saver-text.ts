import type { RaisedNumber, Saver } from '../../shared/domain/retention/explain/savers.ts'

const fields = {
  keepRecent: 'keepRecent',
  unusedDays: 'unusedDays',
  keepDays: 'keepDays',
  majorVersions: 'semver.majorVersions',
  minorVersions: 'semver.minorVersions',
  patches: 'semver.patches',
} as const satisfies Record<RaisedNumber, string>

/** What to do in the policy, in words. */
export const saverText = (saver: Saver): string => {
  if (saver.how === 'keepTags') return `add ${saver.tag} to spec.keepTags`
  const rule = saver.rule === undefined ? '' : `rules[${saver.rule}].`
  return `raise spec.${rule}${fields[saver.how]} from ${saver.from} to ${saver.to}`
}
