import type { Digest } from '../../shared/domain/digest.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import { lockOf } from '../../shared/domain/registry-rules/registry-rules.ts'
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
 * would delete and another policy keeps is shown as kept, by that policy's rule and reason, and so is one that its registry
 * refuses to delete. `keepers` gives the other policies; it is asked only where one of them keeps something.
 */
export function sweptDecisions(
  evaluation: Evaluation,
  keepers: () => readonly KeepingPolicy[],
  worlds: readonly RepositoryWorld[],
): SweptDecision[] {
  const records = new Map(worlds.flatMap(world => world.images.map(one => [digestKey(world.id, one.digest), one])))
  const tagsToDelete = Map.groupBy(evaluation.tagsToDelete, one => digestKey(one.repository, one.digest))
  const locks = new Map(worlds.map(world => [world.id, locksOf(world)]))
  let others: readonly KeepingPolicy[] | undefined
  return evaluation.judgement.decisions.map(judged => {
    const key = digestKey(judged.repository, judged.digest)
    const goes = evaluation.digestsToDelete.get(judged.repository)?.has(judged.digest) === true
    const isSpared = judged.verdict === 'delete' && !goes
    if (isSpared) others ??= keepers()
    const locked = locks.get(judged.repository)
    const lock = goes ? locked?.ofImages.get(judged.digest) : undefined
    const decision = isSpared
      ? spared(judged, others ?? [], evaluation.spared.get(key) ?? whyLeft(evaluation, judged))
      : judged.toJSON()
    const tags = (goes ? [] : (tagsToDelete.get(key) ?? [])).flatMap(({ tag }) => (locked?.of([tag]) ? [] : [tag]))
    const mark = markOf(records.get(key))
    return {
      image: judged.image,
      decision: {
        ...decision,
        ...(lock && keptBy(lock)),
        ...(tags.length > 0 && { deletedTags: tags }),
        ...(mark && { mark }),
      },
    }
  })
}

interface Locks {
  /** Why the registry keeps these tags; undefined where it does not. */
  of(tags: readonly string[]): string | undefined
  readonly ofImages: ReadonlyMap<Digest, string>
}

/** What the registry refuses to delete by its own rules, as they were last read: what is locked, and what that needs. */
function locksOf({ record, images, tags }: RepositoryWorld): Locks | undefined {
  const { rules, readAt } = record?.registryRules ?? {}
  if (!record || !rules || !readAt) return undefined
  const of = lockOf(rules, record.path)
  const refused = (why: string) => `its registry refuses to delete it: ${why} (rules as of ${secondsOf(readAt)})`
  const tagsOn = Map.groupBy(tags, tag => tag.digest)
  const children = new Map(images.map(image => [image.digest, image.children ?? []]))
  const ofImages = new Map<Digest, string>()
  for (const { digest } of images) {
    const lock = of((tagsOn.get(digest) ?? []).map(({ tag }) => tag))
    if (lock !== undefined) ofImages.set(digest, refused(lock))
  }
  // A child that is met here is gone through as well.
  for (const [digest] of ofImages)
    for (const child of children.get(digest) ?? [])
      if (!ofImages.has(child)) ofImages.set(child, refused(`${digest} stays, and refers to it`))
  return { of, ofImages }
}

const keptBy = (reason: string) => ({ verdict: 'keep' as const, rule: 'graph' as const, reason, protectedBy: [] })

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
