import { amountText } from '../../domain/amount-text.ts'
import { secondsOf } from '../../domain/instant.ts'
import { leftAloneTexts } from '../../domain/left-alone.ts'
import { actionWords } from '../../domain/policy/action-words.ts'
import { changedBy, doneText, type RunRecord } from '../../domain/records/policies.ts'
import { paceText } from '../../domain/retention/limits.ts'
import { digestsToDeleteCount, type Evaluation, keptForOthersText } from '../world/evaluate-policy.ts'
import type { PolicyWorld } from '../world/read-policy-world.ts'
import { digestKey } from '../world/rivals.ts'
import { unauthorizedText } from '../world/unauthorized.ts'
import type { DueRun } from './due-run.ts'
import type { MarkPlan } from './plan-marks.ts'

/** What the message of a run is made of. */
export interface RunFacts {
  readonly evaluation: Evaluation
  readonly due: DueRun
  /** The policy's runs so far. */
  readonly runs: readonly RunRecord[]
  /** Undefined for a dry run. */
  readonly plan: MarkPlan | undefined
  /** How many images wait for later runs. */
  readonly waitForPace: number
  /**
   * How many repositories wait for a person, and the message to that person; for a look at a part, what was known
   * before.
   */
  readonly waiting: { readonly repositories: number; readonly message: string } | undefined
  /** Under which unknown hosts workloads name what it covers. */
  readonly foreignHosts: string | undefined
  /** Why nothing may be marked or deleted now: the run waits. */
  readonly stoppedBecause: string | undefined
  readonly world: Pick<PolicyWorld, 'worlds' | 'skipped'>
  /** True when only the repositories with marks were read. */
  readonly isPart: boolean
  readonly now: Date
}

/** Why a repository is left alone whose tags were not read. */
export const notSynced = 'its last sync did not succeed'

/** What a run says of itself after a look; `before` is the run as executions have left it. */
export function runMessage(facts: RunFacts, before: RunRecord | undefined): string {
  const { evaluation, plan, stoppedBecause } = facts
  const digests = amountText(digestsToDeleteCount(evaluation), 'digest')
  const { verb, done: did } = actionWords(evaluation.policy.spec.action)
  const found = `${amountText(evaluation.tagsToDelete.length, 'tag')} and ${digests} to ${verb}`
  const left = leftTexts(facts, before)
  const tail = left.map(text => `; ${text}`).join('')
  if (!plan) return `dry run: ${found}${tail}`
  if (stoppedBecause !== undefined && plan.standing > 0)
    return `${stoppedBecause}: ${plan.standing} marks stay and nothing is ${did}${tail}`
  const isLimited = facts.waitForPace > 0 || facts.waiting !== undefined
  const marked = isLimited ? `${plan.standing} of them marked` : 'marked'
  if (plan.nextAt)
    return `${found}; ${marked}, ${did} after ${secondsOf(plan.nextAt)} unless something needs them${tail}`
  const counts = before ?? { deleted: 0, failed: 0 }
  const done = doneText(counts, did)
  const soFar = changedBy(counts) + counts.failed > 0 ? `; ${done} so far` : ''
  if (plan.standing > 0) return `${found}; the grace is over, verified again and ${did} now${soFar}${tail}`
  return `${done}${isLimited ? '' : nothingElse(facts.world, verb)}${failedText(before)}${tail}`
}

/** What is to be deleted in repositories that were left alone is not known. */
function nothingElse({ worlds, skipped }: RunFacts['world'], verb: string): string {
  if (skipped.length === 0) return `, nothing else to ${verb}`
  return worlds.length === 0 ? '' : `, nothing else to ${verb} in the other repositories`
}

/** Which image failed last, and why. */
function failedText(before: RunRecord | undefined): string {
  const failed = before?.items.find(item => item.action === 'Failed')
  return failed === undefined ? '' : `; ${failed.image}: ${failed.message}`
}

/** Why something of what the policy would delete is left alone. */
function leftTexts(facts: RunFacts, before: RunRecord | undefined): string[] {
  const { evaluation, plan, world, isPart, waiting, foreignHosts } = facts
  const unreadable = world.skipped.flatMap(one => one.unreadable ?? [])
  const skipped = world.skipped.flatMap(one => (one.unreadable === undefined ? one.id : [])).sort()
  const waitForPace = isPart ? (before?.waitForPace ?? 0) : facts.waitForPace
  const spared = evaluation.judgement.decisions.filter(
    one => one.verdict === 'delete' && evaluation.spared.has(digestKey(one.repository, one.digest)),
  ).length
  return [
    ...(waitForPace > 0 ? [paceText(waitForPace, evaluation.policy.spec)] : []),
    ...(waiting ? [`left out until a person approves: ${waiting.message}`] : []),
    ...(evaluation.keptForOthers > 0 ? [keptForOthersText(evaluation.keptForOthers)] : []),
    ...(spared > 0 ? [sparedText(spared)] : []),
    ...(plan && plan.elsewhere > 0 ? [`${amountText(plan.elsewhere, 'image')} marked by another policy`] : []),
    ...(skipped.length > 0 ? [skippedText(skipped)] : []),
    ...(evaluation.unauthorized.size > 0 ? [`left out: ${unauthorizedText(evaluation.unauthorized)}`] : []),
    ...(unreadable.length > 0 ? [`${amountText(unreadable.length, 'repository')} left alone: ${unreadable[0]}`] : []),
    ...(plan && plan.standing > 0 ? leftAloneTexts(before?.leftAlone) : []),
    ...(foreignHosts === undefined ? [] : [foreignHosts]),
  ]
}

const sparedText = (images: number): string =>
  images === 1
    ? '1 image stays because another policy keeps it'
    : `${images} images stay because another policy keeps them`

function skippedText([first, ...others]: readonly string[]): string {
  if (others.length === 0) return `${first} is left alone because ${notSynced}`
  return `${first} and ${others.length} more are left alone because their last syncs did not succeed`
}
