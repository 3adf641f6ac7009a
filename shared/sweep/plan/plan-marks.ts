import { randomUUID } from 'node:crypto'
import type { Digest } from '../../domain/digest.ts'
import { accepted, isRefused, type Transition } from '../../domain/lifecycle/transition.ts'
import type { WhyOfRun } from '../../domain/lifecycle/transition-entry.ts'
import { lifted, marked } from '../../domain/lifecycle/transitions.ts'
import type { ImageRecord, Mark } from '../../domain/records/images.ts'
import { takesReferrers } from '../../domain/registry-facts.ts'
import { currentUse } from '../../domain/usage-records.ts'
import type { Decision } from '../../domain/verdict.ts'
import { DeletionGraph } from '../world/deletion-graph.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { hasOwnMark } from '../world/own-mark.ts'
import type { RepositoryWorld } from '../world/read-world.ts'
import { digestKey } from '../world/rivals.ts'

export interface MarkPlan {
  readonly marks: readonly Transition[]
  readonly lifts: readonly Transition[]
  /** Images whose mark has matured under this very policy: ready to be verified again and deleted. */
  readonly matured: readonly ImageRecord[]
  /** When the next of the other marks matures. */
  readonly nextAt: Date | undefined
  /** When the oldest of the marks was made that stand after the plan; undefined where none stands. */
  readonly marksSince: Date | undefined
  readonly standing: number
  /** To be deleted images that another policy has marked: they are left to that policy. */
  readonly elsewhere: number
}

/** What a run may do now. */
export interface Marking {
  readonly runId: string
  readonly now: Date
  /** Whose turn it is to be marked: a mark of a changed policy is lifted where it is not. */
  readonly mayMark: (image: ImageRecord) => boolean
  /** False while nothing may be marked: marks of a changed policy then keep their date, and do not count. */
  readonly mayRenew: boolean
}

/**
 * Compares the marks with the verdicts. A changed policy marks anew, with the whole grace from now; a mark whose reason
 * is gone is lifted; another policy's mark is left to that policy, and with it what the registry deletes along with the
 * image that it is on.
 */
export function planMarks(evaluation: Evaluation, worlds: readonly RepositoryWorld[], marking: Marking): MarkPlan {
  const wanted = wantedDigests(evaluation)
  const decisions = new Map(
    evaluation.judgement.decisions.map(one => [digestKey(one.repository, one.digest), one as Decision]),
  )
  const planner = new MarkPlanner(evaluation, worlds, marking)
  for (const image of worlds.flatMap(world => world.images)) {
    const key = digestKey(image.repository, image.digest)
    planner.look(image, wanted.has(key), decisions.get(key), evaluation.spared.get(key))
  }
  return planner.plan()
}

/** Digests that are to be deleted, and those of tags to delete whose digest stays: the tag waits out the grace as well. */
export function wantedDigests(evaluation: Evaluation): ReadonlySet<string> {
  const wanted = new Set<string>()
  for (const [repository, digests] of evaluation.digestsToDelete)
    for (const digest of digests) wanted.add(digestKey(repository, digest))
  for (const { repository, digest } of evaluation.tagsToDelete) wanted.add(digestKey(repository, digest))
  return wanted
}

type Leaders = (digest: Digest) => readonly string[]

/** The policies that have marked what an image goes along with, at a registry that deletes it with that. */
function leadersIn(world: RepositoryWorld): Leaders {
  if (!takesReferrers(world.registry)) return () => []
  const graph = new DeletionGraph(world)
  const marks = new Map(world.images.map(image => [image.digest, image.mark?.policy]))
  const isTagged = new Set(world.tags.map(tag => tag.digest))
  const goesWithIndex = (digest: Digest) => world.registry.untagged === 'goes-with-index' && !isTagged.has(digest)
  return digest =>
    [...graph.subjects(digest), ...(goesWithIndex(digest) ? graph.indexes(digest) : [])].flatMap(
      earlier => marks.get(earlier) ?? [],
    )
}

const leftToAnother = 'another policy has marked what the registry deletes it with: it is left to that one'
const waitsForItsTurn = 'the policy was changed since it was marked: it waits for its turn to be marked anew'

class MarkPlanner {
  readonly #evaluation: Evaluation
  readonly #marking: Marking
  readonly #leadersOf: ReadonlyMap<string, Leaders>
  readonly #useOf: ReadonlyMap<string, ReturnType<typeof currentUse>>
  readonly #marks: Transition[] = []
  readonly #lifts: Transition[] = []
  readonly #matured: ImageRecord[] = []
  #nextMs = Number.POSITIVE_INFINITY
  #sinceMs = Number.POSITIVE_INFINITY
  #standing = 0
  #elsewhere = 0
  constructor(evaluation: Evaluation, worlds: readonly RepositoryWorld[], marking: Marking) {
    this.#evaluation = evaluation
    this.#leadersOf = new Map(worlds.map(world => [world.id, leadersIn(world)]))
    this.#useOf = new Map(worlds.map(({ id, usage, tags }) => [id, currentUse(usage, tags)]))
    this.#marking = marking
  }

  look(image: ImageRecord, isWanted: boolean, decision: Decision | undefined, spared: string | undefined): void {
    const { policy, owner } = this.#evaluation
    const { mark } = image
    const mine = mark?.policy === policy.id ? mark : undefined
    if (!isWanted) {
      if (mine) this.#lift(image, decision, spared)
    } else if ((mark && !mine) || this.#isLedElsewhere(image)) {
      this.#elsewhere += 1
      if (mine) this.#lift(image, undefined, leftToAnother)
    } else if (mine && hasOwnMark(policy, owner, image)) this.#keep(image, mine)
    else if (mine && !this.#marking.mayRenew) this.#stand(mine)
    else if (this.#marking.mayMark(image)) this.#mark(image, decision)
    else if (mine) this.#lift(image, decision, waitsForItsTurn)
  }

  #isLedElsewhere({ repository, digest }: ImageRecord): boolean {
    const leaders = this.#leadersOf.get(repository)?.(digest) ?? []
    return leaders.length > 0 && !leaders.includes(this.#evaluation.policy.id)
  }

  plan(): MarkPlan {
    const dateOf = (ms: number) => (Number.isFinite(ms) ? new Date(ms) : undefined)
    return {
      marks: this.#marks,
      lifts: this.#lifts,
      matured: this.#matured,
      nextAt: dateOf(this.#nextMs),
      marksSince: dateOf(this.#sinceMs),
      standing: this.#standing,
      elsewhere: this.#elsewhere,
    }
  }

  #keep(image: ImageRecord, mark: Mark): void {
    this.#stand(mark)
    if (mark.deleteAfter <= this.#marking.now) this.#matured.push(image)
    else this.#nextMs = Math.min(this.#nextMs, mark.deleteAfter.getTime())
  }

  #stand(mark: Mark): void {
    this.#standing += 1
    this.#sinceMs = Math.min(this.#sinceMs, mark.markedAt.getTime())
  }

  #mark(image: ImageRecord, decision: Decision | undefined): void {
    const { runId, now } = this.#marking
    const { policy, owner } = this.#evaluation
    const deleteAfter = new Date(now.getTime() + policy.spec.gracePeriodMs)
    const reason = decision?.reason ?? 'no rule keeps it'
    const facts = [...(decision?.facts ?? [])]
    const archives = policy.spec.action === 'Archive' && { archives: true as const }
    const mark = {
      policy: policy.id,
      policyHash: policy.hash,
      runId,
      markedAt: now,
      deleteAfter,
      reason,
      facts,
      ...archives,
    }
    this.#marks.push(
      ...accepted(marked(image, mark, { ...this.#whyOf(reason, facts), ...(owner && { markedFor: owner }) }, now)),
    )
    this.#stand(mark)
    this.#nextMs = Math.min(this.#nextMs, deleteAfter.getTime())
  }

  /** What an execution is deleting is left to it. */
  #lift(image: ImageRecord, decision: Decision | undefined, spared: string | undefined): void {
    const reason = spared ?? this.#evaluation.unauthorized.get(image.repository) ?? keptText(decision)
    const isUsed = (this.#useOf.get(image.repository)?.(image.digest) ?? []).length > 0
    const why = { ...this.#whyOf(reason, decision?.facts ?? []), isUsed }
    const outcome = lifted(image, why, this.#marking.now)
    if (!isRefused(outcome)) this.#lifts.push(outcome)
    else if (image.mark) this.#stand(image.mark)
  }

  #whyOf(reason: string, facts: readonly string[]): WhyOfRun {
    const actor = `policy ${this.#evaluation.policy.id}`
    return { id: randomUUID(), actor, runId: this.#marking.runId, reason, facts }
  }
}

const keptText = (decision: Decision | undefined): string =>
  decision?.verdict === 'keep'
    ? `kept by ${decision.rule}: ${decision.reason}`
    : 'the policy does not cover it any more'
