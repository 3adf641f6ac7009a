import { amountText } from '../../shared/domain/amount-text.ts'
import { durationText } from '../../shared/domain/duration.ts'
import { type ActionWords, actionWords } from '../../shared/domain/policy/action-words.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { keptForOthersText } from '../../shared/sweep/world/evaluate-policy.ts'
import { painted, shortened, type TextStyle } from '../io/text.ts'
import { archivePriceText, ecrArchivePrice } from './archive-price.ts'
import type { Plan } from './plan.ts'
import type { NextSweep, PlanHead, UsageKnowledge } from './plan-head.ts'
import { isLeftOut, overviewLines } from './print-overview.ts'
import { type PlanView, RepositoryPrinter } from './print-repository.ts'

const usageText: Record<UsageKnowledge, string> = {
  complete: 'usage is complete',
  incomplete: 'usage is incomplete, so everything is kept',
  none: 'usage was not given: judged as if nothing ran',
}

const bytesText = ({ action }: PlanHead, bytes: number): string =>
  action === 'Archive' ? `: ${sizeText(bytes)} of the registry goes into its archive` : `, freeing ${sizeText(bytes)}`

/** The plan for people: the repositories, each of them newest version first, and then what it comes to. */
export function* printTable(head: PlanHead, plan: Plan, style: TextStyle, view: PlanView = {}): Iterable<string> {
  const words = actionWords(head.action ?? 'Delete')
  let isEmpty = true
  for (const line of overviewLines(plan, head, style, view)) {
    yield `${line}\n`
    isEmpty = false
  }
  if (!isEmpty) yield '\n'
  if (view.summary !== true) yield* blockLines(plan, words, style, view)
  yield* endLines(head, plan, words, style)
}

function* blockLines(plan: Plan, words: ActionWords, style: TextStyle, view: PlanView): Iterable<string> {
  for (const judged of plan.judgements()) {
    if (isLeftOut(judged.totals, view)) continue
    for (const line of new RepositoryPrinter(judged, words, style, view).lines()) yield `${line}\n`
    yield '\n'
  }
}

function* endLines(head: PlanHead, plan: Plan, words: ActionWords, style: TextStyle): Iterable<string> {
  const { limits, totals, archive } = plan.summary()
  const { images, tags, kept, deleted, bytes } = totals
  yield `${amountText(images, 'image')} with ${amountText(tags, 'tag')}: ${kept} kept, ${deleted} would be ${words.done}${bytesText(head, bytes)}\n`
  if (head.action === 'Archive') yield `${ecrArchivePrice}\n`
  if (archive !== undefined) yield `${archivePriceText(archive)}\n`
  yield `judged at ${head.now}${head.policy === '' ? '' : ` by ${head.policy}`}; ${usageText[head.usage]}\n`
  yield `a run marks at most ${amountText(limits.maxDeletionsPerRun, 'image')}`
  if (limits.maxDeletionPercent < 100)
    yield `; in the registry more than ${limits.maxDeletionPercent} % of a repository waits for approval`
  yield limits.reason === undefined ? '\n' : `; ${painted('yellow', limits.reason, style)}\n`
  if (limits.waitForApproval?.hash !== undefined)
    yield `${painted('yellow', `approve with: shelflife approve ${head.policy} --hash ${limits.waitForApproval.hash}`, style)}\n`
  if (head.sweep !== undefined) yield* sweepLines(head.sweep, words, style)
}

function* sweepLines(sweep: NextSweep, { third, done }: ActionWords, style: TextStyle): Iterable<string> {
  const { cluster, at, targets, gracePeriodSeconds, stoppedBy, skipped, keptForOthers, foreignHosts = [] } = sweep
  const { clamped = [], unauthorized = [] } = sweep
  const runs = stoppedBy.length > 0 ? 'would run next at' : 'runs next at'
  const byHand = stoppedBy.length > 0 ? 'has no next run' : 'has no schedule, so it runs by hand only'
  const when = at === undefined ? byHand : `${runs} ${at}`
  yield `the policy ${when} in cluster ${cluster}; it marks first and ${third} ${durationText(gracePeriodSeconds * 1000)} later what nothing keeps by then\n`
  if (targets.length === 0) yield 'it deletes nothing, as none of spec.targets is served\n'
  else if (!targets.includes('RegistryArtifact'))
    yield 'it deletes Repository objects alone: the registry keeps the images, as spec.targets does not name RegistryArtifact\n'
  for (const reason of stoppedBy) yield `${painted('yellow', `nothing would be ${done}: ${reason}`, style)}\n`
  for (const { repository, reason } of skipped)
    yield `${painted('yellow', shortened(`${repository} is left alone: ${reason}`, style.columns), style)}\n`
  for (const { reason } of unauthorized) yield `${painted('yellow', reason, style)}\n`
  if (clamped.length > 0) yield `${clamped.join('; ')}\n`
  if (keptForOthers !== undefined) yield `${keptForOthersText(keptForOthers)}\n`
  for (const line of foreignHosts) yield `${painted('yellow', line, style)}\n`
}
