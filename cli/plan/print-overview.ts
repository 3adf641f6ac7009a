import { sizeText } from '../../shared/domain/size.ts'
import { type Column, tableOf } from '../io/columns.ts'
import type { TextStyle } from '../io/text.ts'
import type { Plan, PlannedRepository } from './plan.ts'
import type { PlanHead } from './plan-head.ts'
import type { PlanView } from './print-repository.ts'
import { ShownRepository, uncountedTitle } from './shown-repository.ts'

/** One row a repository: how much of it goes, and where the policy cuts. */
export function* overviewLines(plan: Plan, { action }: PlanHead, style: TextStyle, view: PlanView): Iterable<string> {
  const rows: { readonly repository: string; readonly counts: string[]; readonly ends: string[] }[] = []
  for (const judged of plan.judgements()) {
    const { images, deleted } = judged.totals
    if (isLeftOut(judged.totals, view)) continue
    const counts = [String(images - deleted), String(deleted)]
    rows.push({ repository: judged.repository, counts, ends: endsOf(judged) })
  }
  if (rows.length === 0) return
  const freed = plan.freed()
  const cells = rows.map(({ repository, counts, ends }) => [
    repository,
    ...counts,
    sizeText(freed.get(repository) ?? 0),
    ...ends,
  ])
  yield* tableOf(columnsOf(action), cells, style)
}

/** True where a view shows nothing of a repository. */
export const isLeftOut = ({ images, deleted }: PlannedRepository['totals'], { only }: PlanView): boolean =>
  (only === 'delete' && deleted === 0) || (only === 'keep' && deleted === images)

const columnsOf = (action: PlanHead['action']): readonly Column[] => [
  { title: 'REPOSITORY', below: '' },
  { title: 'KEEP', align: 'end' },
  { title: (action ?? 'Delete').toUpperCase(), align: 'end' },
  { title: action === 'Archive' ? 'MOVES' : 'FREES', align: 'end' },
  { title: `NEWEST ${action === 'Archive' ? 'ARCHIVED' : 'DELETED'}`, below: 'newest of them ' },
  { title: 'OLDEST KEPT', below: 'oldest kept ' },
]

/**
 * The newest version that goes and the oldest that stays, both of one count, which is named where there are several counts:
 * the first that both keeps and deletes, or else deletes, or else keeps.
 */
function endsOf(judged: PlannedRepository): string[] {
  const shown = new ShownRepository(judged)
  const isKept = (place: number): boolean => shown.decisionAt(place).verdict === 'keep'
  const all = shown.sections.map(({ title, inOrder }) => ({
    title,
    newest: inOrder.find(place => !isKept(place)),
    oldest: inOrder.findLast(isKept),
  }))
  const one =
    all.find(({ newest, oldest }) => newest !== undefined && oldest !== undefined) ??
    all.find(({ newest }) => newest !== undefined) ??
    all[0]
  const [newest, oldest] = [one?.newest, one?.oldest].map(place => (place === undefined ? '-' : shown.nameOf(place)))
  const counts = all.filter(({ title }) => title !== undefined)
  const isPlain = one === undefined || all.length === 1 || (counts.length === 1 && one === counts[0])
  const of = isPlain ? '' : ` (${one.title ?? uncountedTitle})`
  return oldest === '-' ? [`${newest}${of}`, '-'] : [`${newest}`, `${oldest}${of}`]
}
