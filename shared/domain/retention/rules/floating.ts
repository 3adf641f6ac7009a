import type { SemverRule } from '../versions/count-rules.ts'
import type { KeepRule } from './keep-rule.ts'

interface Said {
  readonly keepRecent?: number
  readonly semver?: SemverRule
}

/** Retention 17: a floating tag keeps its image where versions are counted; with time rules alone, time decides. */
export const floating: KeepRule<'floating', Record<never, never>, Said, never> = {
  name: 'floating',
  fields: {},
  judgesUntagged: false,
  compile: (said, suffix) => {
    if (said.semver === undefined && (said.keepRecent ?? 0) === 0) return undefined
    return (_, ruleSetTags, keep) => {
      for (const [place, tag] of ruleSetTags.floating) keep(place, `the floating tag ${tag} is on it${suffix}`)
    }
  },
  savers: [],
}
