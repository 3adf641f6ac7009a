import { amountText } from '../../shared/domain/amount-text.ts'
import { durationText } from '../../shared/domain/duration.ts'
import { type ActionWords, actionWords } from '../../shared/domain/policy/action-words.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { keptForOthersText } from '../../shared/sweep/world/evaluate-policy.ts'
import { type Column, tableOf } from '../io/columns.ts'
import { painted, shortened, type TextStyle } from '../io/text.ts'
import { archivePriceText, ecrArchivePrice } from './archive-price.ts'
import type { Plan, PlannedDecision } from './plan.ts'
import type { NextSweep, PlanHead, UsageKnowledge } from './plan-head.ts'

const verdictWidth = 6
const ruleWidth = 16
const digestWidth = 12
/** `delete none` reads as if nothing were deleted. */
const noRule = 'no rule keeps it'
const gap = '  '
const fixedWidth = verdictWidth + ruleWidth + digestWidth + 4 * gap.length
const minTagsWidth = 8
const maxTagsWidth = 32

const usageText: Record<UsageKnowledge, string> = {
  complete: 'usage is complete',
  incomplete: 'usage is incomplete, so everything is kept',
  none: 'usage was not given: judged as if nothing ran',
}

const bytesText = ({ action }: PlanHead, bytes: number): string =>
  action === 'Archive' ? `: ${sizeText(bytes)} of the registry goes into its archive` : `, freeing ${sizeText(bytes)}`

/** What of a plan people want to see. */
export interface PlanView {
  /** Only the images of that verdict; all where absent. */
  readonly only?: PlannedDecision['verdict']
  /** One row a repository in place of its images. */
  readonly summary?: boolean
}

/** The plan for people: a block for each repository, or a row, then what it comes to. */
export function* printTable(head: PlanHead, plan: Plan, style: TextStyle, view: PlanView = {}): Iterable<string> {
  const words = actionWords(head.action ?? 'Delete')
  if (view.summary === true) yield* summaryLines(head, plan, style, view)
  else yield* blockLines(plan, words, style, view)
  yield* endLines(head, plan, words, style)
}

function* summaryLines({ action }: PlanHead, plan: Plan, style: TextStyle, { only }: PlanView): Iterable<string> {
  const rows: string[][] = []
  for (const { decisions, totals } of plan.judgements()) {
    const kept = totals.images - totals.deleted
    const shown = only === 'keep' ? kept : only === 'delete' ? totals.deleted : totals.images
    if (shown > 0) rows.push([decisions[0]?.repository ?? '', String(kept), String(totals.deleted)])
  }
  const columns: readonly Column[] = [
    { title: 'REPOSITORY', below: '' },
    { title: 'KEEP', align: 'end' },
    { title: (action ?? 'Delete').toUpperCase(), align: 'end' },
  ]
  for (const line of tableOf(columns, rows, style)) yield `${line}\n`
  yield '\n'
}

function* blockLines(plan: Plan, words: ActionWords, style: TextStyle, { only }: PlanView): Iterable<string> {
  for (const judgement of plan.judgements()) {
    const { images, deleted } = judgement.totals
    if ((only === 'delete' && deleted === 0) || (only === 'keep' && deleted === images)) continue
    const repository = judgement.decisions[0]?.repository ?? ''
    yield `${shortened(`${repository}: ${deleted} of ${amountText(images, 'image')} would be ${words.done}`, style.columns)}\n`
    for (const decision of judgement.decisions)
      if (only === undefined || decision.verdict === only) yield `${rowOf(decision, words, style)}\n`
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

const rowOf = (decision: PlannedDecision, { done }: ActionWords, style: TextStyle): string => {
  const room = Math.max(style.columns - fixedWidth, 2 * minTagsWidth)
  const tagsWidth = Math.min(maxTagsWidth, Math.max(minTagsWidth, Math.floor(room * 0.4)))
  const cells = [
    decision.verdict.padEnd(verdictWidth),
    (decision.rule === 'none' ? noRule : decision.rule).padEnd(ruleWidth),
    decision.digest.slice('sha256:'.length, 'sha256:'.length + digestWidth),
    shortened(decision.tags.join(' ') || '-', tagsWidth).padEnd(tagsWidth),
    shortened(reasonOf(decision, done), room - tagsWidth),
  ]
  const row = shortened(cells.join(gap), style.columns).trimEnd()
  const colour = decision.verdict === 'keep' ? 'green' : 'red'
  return painted(colour, row.slice(0, verdictWidth), style) + row.slice(verdictWidth)
}

/** What is about to happen stands before the reason, which may be cut. */
const reasonOf = ({ reason, deletedTags, mark }: PlannedDecision, done: string): string => {
  const marked = mark === undefined ? '' : `marked, ${done} after ${mark.deleteAfter}: `
  const untagged = deletedTags === undefined ? '' : `only loses ${amountText(deletedTags.length, 'tag')}: `
  return `${marked}${untagged}${reason}`
}
