import { amountText } from '../../shared/domain/amount-text.ts'
import { durationText } from '../../shared/domain/duration.ts'
import { type ActionWords, actionWords } from '../../shared/domain/policy/action-words.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { keptForOthersText } from '../../shared/sweep/world/evaluate-policy.ts'
import { painted, printable, type TextStyle, wrapped } from '../io/text.ts'
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
  yield* endTexts(head, plan, words, style)
}

function* blockLines(plan: Plan, words: ActionWords, style: TextStyle, view: PlanView): Iterable<string> {
  for (const judged of plan.judgements()) {
    if (isLeftOut(judged.totals, view)) continue
    for (const line of new RepositoryPrinter(judged, words, style, view).lines()) yield `${line}\n`
    yield '\n'
  }
}

/** A line of the end; what a person has to know before trusting the plan is yellow. */
interface EndLine {
  readonly text: string
  readonly isWarning?: true
  /** A command to copy is not broken into lines. */
  readonly isCommand?: true
}

const plain = (text: string): EndLine => ({ text })
const warning = (text: string): EndLine => ({ text, isWarning: true })

function* endTexts(head: PlanHead, plan: Plan, words: ActionWords, style: TextStyle): Iterable<string> {
  for (const { text, isWarning, isCommand } of endLines(head, plan, words))
    for (const line of isCommand ? [printable(text)] : wrapped(text, style.columns))
      yield `${isWarning || isCommand ? painted('yellow', line, style) : line}\n`
}

function* endLines(head: PlanHead, plan: Plan, words: ActionWords): Iterable<EndLine> {
  const { limits, totals, archive } = plan.summary()
  const { images, tags, kept, deleted, bytes } = totals
  yield plain(
    `${amountText(images, 'image')} with ${amountText(tags, 'tag')}: ${kept} kept, ${deleted} would be ${words.done}${bytesText(head, bytes)}`,
  )
  if (head.action === 'Archive') yield plain(ecrArchivePrice)
  if (archive !== undefined) yield plain(archivePriceText(archive))
  yield plain(`judged at ${head.now}${head.policy === '' ? '' : ` by ${head.policy}`}; ${usageText[head.usage]}`)
  const approval =
    limits.maxDeletionPercent < 100
      ? `; in the registry more than ${limits.maxDeletionPercent} % of a repository waits for approval`
      : ''
  yield plain(`a run marks at most ${amountText(limits.maxDeletionsPerRun, 'image')}${approval}`)
  if (limits.reason !== undefined) yield warning(limits.reason)
  const hash = limits.waitForApproval?.hash
  if (hash !== undefined)
    yield { text: `approve with: shelflife approve ${head.policy} --hash ${hash}`, isCommand: true }
  if (head.sweep !== undefined) yield* sweepLines(head.sweep, words)
}

function* sweepLines(sweep: NextSweep, { third, done }: ActionWords): Iterable<EndLine> {
  const {
    cluster,
    at,
    targets,
    gracePeriodSeconds,
    stoppedBy,
    skipped,
    keptForOthers,
    foreignHosts = [],
    copies = [],
  } = sweep
  const { clamped = [], unauthorized = [] } = sweep
  const runs = stoppedBy.length > 0 ? 'would run next at' : 'runs next at'
  const byHand = stoppedBy.length > 0 ? 'has no next run' : 'has no schedule, so it runs by hand only'
  const when = at === undefined ? byHand : `${runs} ${at}`
  yield plain(
    `the policy ${when} in cluster ${cluster}; it marks first and ${third} ${durationText(gracePeriodSeconds * 1000)} later what nothing keeps by then`,
  )
  if (targets.length === 0) yield plain('it deletes nothing, as none of spec.targets is served')
  else if (!targets.includes('RegistryArtifact'))
    yield plain(
      'it deletes Repository objects alone: the registry keeps the images, as spec.targets does not name RegistryArtifact',
    )
  for (const reason of stoppedBy) yield warning(`nothing would be ${done}: ${reason}`)
  for (const { repository, reason } of skipped) yield warning(`${repository} is left alone: ${reason}`)
  for (const { reason } of unauthorized) yield warning(reason)
  if (clamped.length > 0) yield plain(clamped.join('; '))
  if (keptForOthers !== undefined) yield plain(keptForOthersText(keptForOthers))
  for (const line of foreignHosts) yield warning(line)
  for (const line of copies) yield plain(line)
}
