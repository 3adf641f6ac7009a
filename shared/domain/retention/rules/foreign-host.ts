import { relationTexts } from '../../copies/copy-relation.ts'
import type { ForeignWorkload } from '../../usage.ts'
import { workloadText } from './in-use.ts'
import type { Protection } from './keep-rule.ts'
import { keepUsed } from './keep-used.ts'

/**
 * Retention 27: keeps the tag or digest by which a workload names this path under a host that no registry is known by, or
 * under that of a registry which replicates it to here or gets it from here, and the digest that one names under a host that is known to be
 * another's; with every index above it.
 */
export const foreignHost: Protection<'foreign-host'> = {
  name: 'foreign-host',
  keep({ listing, usage }, keep) {
    keepUsed(listing, { here: usage.foreign.get(listing.repository), byBareDigest: none }, wording, keep)
  },
}

const none: ReadonlyMap<string, readonly ForeignWorkload[]> = new Map()

const wording = {
  name: workloadText,
  used: ({ spelled, relation, ...workload }: ForeignWorkload) =>
    `as ${spelled}${relation ? `, ${relationTexts[relation]},` : ''} by ${workloadText(workload)}`,
}
