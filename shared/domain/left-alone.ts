import type { RunRecord } from './records/policies.ts'

const keptAll = 'kept everything'

/** What a run says of the repositories in which it could do nothing, one text each: `kept everything in host/team/app: …`. */
export const leftAloneTexts = (leftAlone: RunRecord['leftAlone']): string[] =>
  (leftAlone ?? []).map(({ repository, message }) =>
    message.startsWith(keptAll)
      ? `${keptAll} in ${repository}${message.slice(keptAll.length)}`
      : `${repository}: ${message}`,
  )
