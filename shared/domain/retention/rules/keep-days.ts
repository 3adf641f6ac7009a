import { dayMs } from '../../duration.ts'
import { whole } from '../../policy/field-schemas.ts'
import { knownMs } from '../listing/known-time.ts'
import { daysText, maxDays } from './days.ts'
import type { KeepRule } from './keep-rule.ts'

interface Said {
  readonly keepDays?: number
}

const fields = { keepDays: whole(1, maxDays).exactOptional() }

/** Retention 19: keeps what was pushed at most so long ago, the edge included. */
export const keepDays: KeepRule<'keepDays', typeof fields, Said, 'keepDays'> = {
  name: 'keepDays',
  fields,
  judgesUntagged: true,
  conditionReason: said => (said.keepDays === undefined ? undefined : 'VersionExpired'),
  compile: (said, suffix) => {
    const { keepDays: days } = said
    if (days === undefined) return undefined
    const reason = `pushed within ${daysText(days)}${suffix}`
    return ({ listing, nowMs }, ruleSetTags, keep) => {
      for (let place = 0; place < listing.images.length; place++) {
        const age = nowMs - (listing.pushedMs[place] as number)
        if (age <= days * dayMs && ruleSetTags.appliesTo(place)) keep(place, reason)
      }
    }
  },
  deletesBecause: said => (said.keepDays === undefined ? undefined : `not pushed within ${daysText(said.keepDays)}`),
  endsAtMs: (image, said) => knownMs(image.pushedAt) + (said.keepDays ?? 0) * dayMs,
  savers: [
    {
      how: 'keepDays',
      max: maxDays,
      from: said => said.keepDays,
      raised: (said, to) => ({ ...said, keepDays: to }),
      guess: (image, nowMs) => Math.ceil((nowMs - knownMs(image.pushedAt)) / dayMs),
    },
  ],
}
