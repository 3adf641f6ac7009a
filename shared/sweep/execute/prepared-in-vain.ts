import type { ImageRecord } from '../../domain/records/images.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import type { RepositoryWorld } from '../world/read-world.ts'
import { digestKey } from '../world/rivals.ts'
import type { DeletionPlan } from './plan-deletions.ts'

/** The deletions that a process has noted since it began. */
export interface Noted {
  readonly runId: string
  readonly since: Date
}

/**
 * The images whose deletion this process noted, and that are not to be deleted any more, with the reason, as those that a
 * workload began to use meanwhile. Left out are those of which the registry may have been asked something before.
 */
export function preparedInVain(
  { deletions, heldBack, retagged }: DeletionPlan,
  { images, formerTags }: RepositoryWorld,
  { policy, judgement, spared }: Evaluation,
  { runId, since }: Noted,
): { readonly image: ImageRecord; readonly reason: string }[] {
  const others = new Set([...[...deletions, ...retagged].map(({ image }) => image.digest), ...heldBack])
  const found = images.filter(
    ({ digest, mark, deletion }) =>
      mark?.policy === policy.id &&
      deletion?.runId === runId &&
      deletion.startedAt >= since &&
      !others.has(digest) &&
      !formerTags.has(digest),
  )
  if (found.length === 0) return []
  const isFound = new Set<string>(found.map(image => image.digest))
  const reasons = new Map<string, string>()
  for (const { digest, verdict, reason } of judgement.eachDecision())
    if (isFound.has(digest) && verdict !== 'delete') reasons.set(digest, reason)
  return found.map(image => {
    const reason = reasons.get(image.digest) ?? spared.get(digestKey(image.repository, image.digest))
    return { image, reason: `kept: ${reason ?? 'another policy or the rights of this one changed'}` }
  })
}
