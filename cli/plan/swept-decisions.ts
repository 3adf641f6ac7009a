import { secondsOf } from '../../shared/domain/instant.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import type { JudgedImage } from '../../shared/domain/retention/judged-image.ts'
import type { Decision } from '../../shared/domain/verdict.ts'
import type { Evaluation } from '../../shared/sweep/world/evaluate-policy.ts'
import type { RepositoryWorld } from '../../shared/sweep/world/read-world.ts'
import { digestKey } from '../../shared/sweep/world/rivals.ts'
import type { KeepingPolicy } from './keeping-policies.ts'
import type { PlannedDecision, PlannedMark } from './plan.ts'

/** A decision as the sweep acts on it, with the image that was judged. */
export interface SweptDecision {
  readonly decision: PlannedDecision
  readonly image: JudgedImage['image']
}

/**
 * What a sweep would do with each image that its policy covers, in the order of the judgement. An image that the policy
 * would delete and another policy keeps is shown as kept, by that policy's rule and reason. `keepers` gives the other policies;
 * it is asked only where one of them keeps something.
 */
export function sweptDecisions(
  evaluation: Evaluation,
  keepers: () => readonly KeepingPolicy[],
  worlds: readonly RepositoryWorld[],
): SweptDecision[] {
  const records = new Map(worlds.flatMap(world => world.images.map(one => [digestKey(world.id, one.digest), one])))
  const tagsToDelete = Map.groupBy(evaluation.tagsToDelete, one => digestKey(one.repository, one.digest))
  let others: readonly KeepingPolicy[] | undefined
  return evaluation.judgement.decisions.map(judged => {
    const key = digestKey(judged.repository, judged.digest)
    const goes = evaluation.digestsToDelete.get(judged.repository)?.has(judged.digest) === true
    const isSpared = judged.verdict === 'delete' && !goes
    if (isSpared) others ??= keepers()
    const decision = isSpared
      ? spared(judged, others ?? [], evaluation.spared.get(key) ?? whyLeft(evaluation, judged))
      : judged.toJSON()
    const tags = (goes ? [] : (tagsToDelete.get(key) ?? [])).map(one => one.tag)
    const mark = markOf(records.get(key))
    return {
      image: judged.image,
      decision: { ...decision, ...(tags.length > 0 && { deletedTags: tags }), ...(mark && { mark }) },
    }
  })
}

const whyLeft = ({ unauthorized }: Evaluation, { repository }: JudgedImage): string => {
  const missing = unauthorized.get(repository)
  return missing === undefined ? notTargeted : `no rule keeps it, but ${missing}`
}

const notTargeted = 'no rule keeps it, and the policy does not target RegistryArtifact, so the registry keeps it'

/** As kept, by the rule of the first policy that keeps it; else by what that keeps and what needs it. */
const spared = (judged: JudgedImage, keepers: readonly KeepingPolicy[], reason: string): Decision => {
  for (const keeper of keepers) {
    const found = keeper.find(judged)
    if (found === undefined) continue
    const by = `policy ${keeper.policy}`
    const { rule, facts, protectedBy } = found
    const kept = { verdict: 'keep' as const, rule, reason: `${found.reason} (${by})` }
    return { ...judged.toJSON(), ...kept, facts, protectedBy: [...protectedBy, by] }
  }
  return { ...judged.toJSON(), verdict: 'keep', rule: 'graph', reason, protectedBy: [] }
}

const markOf = (record: ImageRecord | undefined): PlannedMark | undefined =>
  record?.mark && {
    policy: record.mark.policy,
    markedAt: secondsOf(record.mark.markedAt),
    deleteAfter: secondsOf(record.mark.deleteAfter),
  }
