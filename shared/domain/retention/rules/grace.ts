import { durationText } from '../../duration.ts'
import { text } from '../../policy/field-schemas.ts'
import { knownMs } from '../listing/known-time.ts'
import type { PolicyProtection } from './keep-rule.ts'

interface Said {
  readonly gracePeriodMs: number
}

const fields = { gracePeriod: text(32, 'a duration').default('24h') }

/** Retention 6: keeps what was pushed less than a grace period ago, and what claims to be pushed in the future. */
export const grace: PolicyProtection<'grace', typeof fields, Said> = {
  name: 'grace',
  fields,
  compile: ({ gracePeriodMs }) => {
    const reason = `pushed less than the grace period of ${durationText(gracePeriodMs)} ago`
    return ({ listing, nowMs }, keep) => {
      for (let place = 0; place < listing.images.length; place++) {
        const age = nowMs - (listing.pushedMs[place] as number)
        if (age < 0) keep(place, 'its push time is in the future')
        else if (age < gracePeriodMs) keep(place, reason)
      }
    }
  },
  endsAtMs: (image, { gracePeriodMs }) => knownMs(image.pushedAt) + gracePeriodMs - 1,
}
