import * as z from 'zod'
import { whole } from '../../policy/field-schemas.ts'
import { countText } from '../versions/count-name.ts'
import type { SemverRule } from '../versions/count-rules.ts'
import type { KeepRule, NumberSaver } from './keep-rule.ts'

interface Said {
  readonly semver?: SemverRule
}

const max = 100
const dimension = whole(1, max).exactOptional()
const fields = {
  semver: z.strictObject({ majorVersions: dimension, minorVersions: dimension, patches: dimension }).exactOptional(),
}

const saver = (how: keyof SemverRule): NumberSaver<keyof SemverRule, Said> => ({
  how,
  max,
  from: said => said.semver?.[how],
  raised: (said, to) => ({ ...said, semver: { ...said.semver, [how]: to } }),
})

/** Retention 16: keeps the newest majors, in each the newest minors, in each the newest patches. */
export const semver: KeepRule<'semver', typeof fields, Said, keyof SemverRule> = {
  name: 'semver',
  fields,
  judgesUntagged: false,
  conditionReason: said => (said.semver === undefined ? undefined : 'VersionExpired'),
  compile: (said, suffix) => {
    if (said.semver === undefined) return undefined
    return (_, { counts }, keep) => {
      for (const count of counts?.inOrder() ?? []) {
        if (count.tree === undefined) continue
        const reason = `within the semver window of ${countText(count)}${suffix}`
        for (const image of count.tree.images()) keep(image, reason)
      }
    }
  },
  deletesBecause: said => (said.semver === undefined ? undefined : 'outside of the semver window'),
  savers: [saver('majorVersions'), saver('minorVersions'), saver('patches')],
}
