import { sourceText, type Workload, workloadName } from '../../usage.ts'
import type { Protection } from './keep-rule.ts'
import { keepUsed } from './keep-used.ts'

/**
 * Retention 3: keeps what a workload refers to by digest, by the digest of one of its blobs, or by a tag that is on it
 * now, and every index above it. A workload that is listed protects, however old its last sight, and so does a rollback
 * target.
 */
export const inUse: Protection<'in-use'> = {
  name: 'in-use',
  keep({ listing, usage }, keep) {
    const use = { here: usage.byRepository.get(listing.repository), byBareDigest: usage.byBareDigest }
    keepUsed(listing, use, wording, keep)
  },
}

/** `Deployment production/myapp in cluster eu-1`, as plans and statuses show what protects an image. */
export const workloadText = (
  workload: Pick<Workload, 'kind' | 'namespace' | 'name' | 'cluster' | 'rollback'>,
): string =>
  `${workloadName(workload)} in ${sourceText(workload)}${workload.rollback === true ? ' (rollback target)' : ''}`

const wording = { name: workloadText, used: (workload: Workload) => `by ${workloadText(workload)}` }
