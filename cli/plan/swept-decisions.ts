import { secondsOf } from '../../shared/domain/instant.ts'
import type { ImageRecord } from '../../shared/domain/records.ts'
import type { JudgedImage } from '../../shared/domain/retention/judged-image.ts'
import type { Decision } from '../../shared/domain/verdict.ts'
import { type Evaluation, scopeOf } from '../../shared/sweep/evaluate-policy.ts'
import type { RepositoryWorld } from '../../shared/sweep/read-world.ts'
import type { PlannedDecision, PlannedMark } from './plan.ts'

/** A decision as the sweep acts on it, with the image that was judged. */
export interface SweptDecision {
  readonly decision: PlannedDecision
  readonly image: JudgedImage['image']
}

/**
 * What a sweep would do with each image that its policy covers, in the order of the judgement. An image that the policy
 * dooms and another policy keeps is shown as kept, by that policy's rule and reason. `rivals` gives the evaluations of
 * the other policies, each by itself; it is asked only where one of them keeps something.
 */
export function sweptDecisions(
  evaluation: Evaluation,
  rivals: () => readonly Evaluation[],
  worlds: readonly RepositoryWorld[],
): SweptDecision[] {
  const keyOf = (repository: string, digest: string) => `${repository}@${digest}`
  const records = new Map(worlds.flatMap(world => world.images.map(one => [keyOf(world.id, one.digest), one])))
  const doomedTags = Map.groupBy(evaluation.doomedTags, one => keyOf(one.repository, one.digest))
  let keepers: Keeper[] | undefined
  return evaluation.judgement.decisions.map(judged => {
    const key = keyOf(judged.repository, judged.digest)
    const goes = evaluation.doomedDigests.get(judged.repository)?.has(judged.digest) === true
    const isSpared = judged.verdict === 'delete' && !goes
    if (isSpared) keepers ??= rivals().map(keeperOf)
    const decision = isSpared ? spared(judged, keepers ?? []) : judged.toJSON()
    const tags = (goes ? [] : (doomedTags.get(key) ?? [])).map(one => one.tag)
    const mark = markOf(records.get(key))
    return {
      image: judged.image,
      decision: { ...decision, ...(tags.length > 0 && { doomedTags: tags }), ...(mark && { mark }) },
    }
  })
}

interface Keeper {
  readonly policy: string
  find(judged: Decision): Decision | undefined
}

/** Finds what another policy says of an image that it covers. */
const keeperOf = ({ policy, covered, judgement }: Evaluation): Keeper => {
  const scope = scopeOf(covered)
  const decisions = new Map(judgement.decisions.map(one => [`${one.repository}@${one.digest}`, one]))
  return {
    policy: policy.id,
    find: ({ repository, digest, tags }) => {
      const wanted = tags.length === 0 ? [undefined] : tags
      const found = decisions.get(`${repository}@${digest}`)
      return found?.verdict === 'keep' && wanted.some(tag => scope.covers(repository, tag)) ? found : undefined
    },
  }
}

const spared = (judged: JudgedImage, keepers: readonly Keeper[]): Decision => {
  for (const keeper of keepers) {
    const found = keeper.find(judged)
    if (found === undefined) continue
    const { rule, reason, facts, protectedBy } = found
    const by = `policy ${keeper.policy}`
    return {
      ...judged.toJSON(),
      verdict: 'keep',
      rule,
      reason: `${reason} (${by})`,
      facts,
      protectedBy: [...protectedBy, by],
    }
  }
  // A policy that cannot be read keeps whatever it may cover, and cannot say by which rule.
  const reason = 'another policy that may cover it keeps it'
  return { ...judged.toJSON(), verdict: 'keep', rule: 'unknown', reason, protectedBy: [] }
}

const markOf = (record: ImageRecord | undefined): PlannedMark | undefined =>
  record?.mark && {
    policy: record.mark.policy,
    markedAt: secondsOf(record.mark.markedAt),
    deleteAfter: secondsOf(record.mark.deleteAfter),
  }
