import { amountText } from '../../shared/domain/amount-text.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { tableOf } from '../io/columns.ts'
import { painted, type TextStyle } from '../io/text.ts'
import type { ChangeKind, Judged, PlanChange, PlanComparison } from './compare-plans.ts'
import { keptBy } from './kept-by.ts'
import type { PlanHead } from './plan-head.ts'

/** What was compared: `policy` with the policy of the file `against`. */
export interface ComparisonHead extends PlanHead {
  readonly against: string
}

/** The comparison as one JSON document, see compare.schema.json; one change a line. */
export function* printComparisonJson(head: ComparisonHead, comparison: PlanComparison): Iterable<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"changes":[`
  let separator = '\n'
  for (const change of comparison.changes()) {
    yield separator + JSON.stringify(change)
    separator = ',\n'
  }
  yield `\n],${JSON.stringify(comparison.summary()).slice(1)}\n`
}

/** One change a line, then one line with everything else. */
export function* printComparisonNdjson(head: ComparisonHead, comparison: PlanComparison): Iterable<string> {
  for (const change of comparison.changes()) yield `${JSON.stringify(change)}\n`
  yield `${JSON.stringify({ ...head, ...comparison.summary() })}\n`
}

const arrows: Record<ChangeKind, string> = {
  'kept-to-deleted': 'keep → delete',
  'deleted-to-kept': 'delete → keep',
  tags: 'other tags',
}
const columns = [
  { title: 'CHANGE' },
  { title: 'IMAGE', minWidth: 20, cut: 'start' as const },
  { title: 'BEFORE', minWidth: 8 },
  { title: 'AFTER', minWidth: 12 },
]

/** The comparison for people: what changes, then what it comes to. */
export function* printComparisonTable(
  head: ComparisonHead,
  comparison: PlanComparison,
  style: TextStyle,
): Iterable<string> {
  const changes = [...comparison.changes()]
  const [title, ...rows] = tableOf(columns, changes.map(rowOf), style)
  if (rows.length > 0) yield `${title}\n`
  for (const [at, row] of rows.entries()) yield `${colouredRow(row, changes[at], style)}\n`
  const { totals, plans, limits } = comparison.summary()
  const { keptToDeleted, deletedToKept, otherTags, stillKept, stillDeleted } = totals
  yield `${amountText(totals.images, 'image')}: ${keptToDeleted} kept → deleted, ${deletedToKept} deleted → kept, ${stillKept} still kept, ${stillDeleted} still deleted`
  yield otherTags === 0 ? '\n' : `, ${otherTags} kept with other tags\n`
  yield `would free ${sizeText(plans.after.bytes)} instead of ${sizeText(plans.before.bytes)}\n`
  yield `judged at ${head.now} by ${head.policy || 'the policy'} and by ${head.against}; nothing was changed\n`
  if (limits.before.reason !== undefined) yield `${painted('yellow', `now: ${limits.before.reason}`, style)}\n`
  if (limits.after.reason !== undefined)
    yield `${painted('yellow', `under ${head.against}: ${limits.after.reason}`, style)}\n`
}

const rowOf = (change: PlanChange): string[] => [
  arrows[change.change],
  imageText(change),
  judgedText(change.before),
  judgedText(change.after),
]

const imageText = ({ repository, digest, tags }: PlanChange): string =>
  tags.length === 0
    ? `${repository}@${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`
    : `${repository}:${tags.join(',')}`

const judgedText = ({ verdict, rule, reason, deletedTags }: Judged): string =>
  deletedTags !== undefined
    ? `loses ${deletedTags.join(' ')}: ${reason}`
    : verdict === 'delete'
      ? `because ${reason}`
      : `${keptBy(rule)}: ${reason}`

const colouredRow = (row: string, change: PlanChange | undefined, style: TextStyle): string => {
  if (change === undefined) return row
  const width = arrows[change.change].length
  const colour = change.change === 'deleted-to-kept' ? 'green' : change.change === 'tags' ? 'yellow' : 'red'
  return painted(colour, row.slice(0, width), style) + row.slice(width)
}
