import { whole } from '../../policy/field-schemas.ts'
import { countText } from '../versions/count-name.ts'
import type { KeepRule } from './keep-rule.ts'

interface Said {
  readonly keepRecent?: number
}

const max = 1000
const fields = { keepRecent: whole(0, max).exactOptional() }

/**
 * Retention 15: keeps the newest images of each count, and those that are not known to be older than the last of these.
 * Protected images count too; 0 keeps nothing.
 */
export const keepRecent: KeepRule<'keepRecent', typeof fields, Said, 'keepRecent'> = {
  name: 'keepRecent',
  fields,
  judgesUntagged: false,
  conditionReason: said => ((said.keepRecent ?? 0) > 0 ? 'BeyondKeepRecent' : undefined),
  compile: (said, suffix) => {
    if (said.keepRecent === undefined || said.keepRecent === 0) return undefined
    const most = said.keepRecent
    return (_, { counts }, keep) => {
      for (const count of counts?.inOrder() ?? []) {
        const { newest, tied } = count.newest.result()
        if (newest.length + tied.length === 0) continue
        const which = `${most} ${countText(count)}${suffix}`
        const reason = `among the newest ${which}`
        for (const { image } of newest) keep(image, reason)
        const tie = `not known to be older than others of the newest ${which}`
        for (const { image } of tied) keep(image, tie)
      }
    }
  },
  deletesBecause: said => (said.keepRecent === undefined ? undefined : `not among the newest ${said.keepRecent}`),
  savers: [
    {
      how: 'keepRecent',
      max,
      from: said => said.keepRecent,
      raised: (said, to) => ({ ...said, keepRecent: to }),
      guess: (_image, _nowMs, place) => place,
    },
  ],
}
