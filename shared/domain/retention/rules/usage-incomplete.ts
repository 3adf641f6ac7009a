import type { Protection } from './keep-rule.ts'

const reason = 'not every cluster or account could be listed to its end, so it may be in use'

/** Retention 4: while it is not known completely what runs, everything is kept. */
export const usageIncomplete: Protection<'usage-incomplete'> = {
  name: 'usage-incomplete',
  keep({ listing, usage }, keep) {
    if (usage.complete && usage.unknownIn.size === 0) return
    for (const [place, { repository }] of listing.images.entries())
      if (!usage.complete || usage.unknownIn.has(repository)) keep(place, reason)
  },
}
