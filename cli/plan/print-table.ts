import { styleText } from 'node:util'
import type { JudgedImage } from '../../shared/domain/retention/judged-image.ts'
import type { JudgedPlan } from './judged-plan.ts'
import type { PlanHead, UsageWord } from './plan-head.ts'

/** How a table may look: `columns` is the width of the terminal, Infinity where nothing must fit. */
export interface TableStyle {
  readonly columns: number
  readonly colours: boolean
}

const verdictWidth = 6
const ruleWidth = 16
const digestWidth = 12
const gap = '  '
const fixedWidth = verdictWidth + ruleWidth + digestWidth + 4 * gap.length
const minTagsWidth = 8
const maxTagsWidth = 32

const usageText: Record<UsageWord, string> = {
  complete: 'usage is complete',
  incomplete: 'usage is incomplete, so everything is kept',
  none: 'usage was not given: judged as if nothing ran',
}

/** The plan for people: a block for each repository, then what it comes to. */
export function* printTable(head: PlanHead, plan: JudgedPlan, style: TableStyle): Iterable<string> {
  for (const judgement of plan.judgements()) {
    const { images, deleted } = judgement.totals
    const repository = judgement.decisions[0]?.repository ?? ''
    yield `${shortened(`${repository}: ${deleted} of ${images} images would go`, style.columns)}\n`
    for (const decision of judgement.decisions) yield `${rowOf(decision, style)}\n`
    yield '\n'
  }
  const { limits, totals } = plan.summary()
  const { images, tags, kept, deleted, bytes } = totals
  yield `${count(images, 'image')} with ${count(tags, 'tag')}: ${kept} kept, ${deleted} would go and free ${bytesText(bytes)}\n`
  yield `judged at ${head.now}${head.policy === '' ? '' : ` by ${head.policy}`}; ${usageText[head.usage]}\n`
  yield `at most ${limits.maxDeletionsPerRun} deletions and ${limits.maxDeletionPercent} % of a repository in one sweep`
  yield limits.reason === undefined ? '\n' : `; ${painted('yellow', limits.reason, style)}\n`
}

const rowOf = (decision: JudgedImage, style: TableStyle): string => {
  const room = Math.max(style.columns - fixedWidth, 2 * minTagsWidth)
  const tagsWidth = Math.min(maxTagsWidth, Math.max(minTagsWidth, Math.floor(room * 0.4)))
  const cells = [
    decision.verdict.padEnd(verdictWidth),
    decision.rule.padEnd(ruleWidth),
    decision.digest.slice('sha256:'.length, 'sha256:'.length + digestWidth),
    shortened(decision.tags.join(' ') || '-', tagsWidth).padEnd(tagsWidth),
    shortened(decision.reason, room - tagsWidth),
  ]
  const row = shortened(cells.join(gap), style.columns).trimEnd()
  const colour = decision.verdict === 'keep' ? 'green' : 'red'
  return painted(colour, row.slice(0, verdictWidth), style) + row.slice(verdictWidth)
}

/** Names come from clusters and may hold anything; what would move the cursor is shown as a question mark. */
const shortened = (text: string, width: number): string => {
  const plain = text.replace(/\p{Cc}/gu, '?')
  return plain.length <= width ? plain : `${plain.slice(0, Math.max(width - 1, 0))}…`
}

const painted = (colour: 'green' | 'red' | 'yellow', text: string, { colours }: TableStyle): string =>
  colours ? styleText(colour, text, { validateStream: false }) : text

const count = (amount: number, thing: string): string => `${amount} ${thing}${amount === 1 ? '' : 's'}`

const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']

const bytesText = (bytes: number): string => {
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), units.length - 1)
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}
