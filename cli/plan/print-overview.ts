import { sizeText } from '../../shared/domain/size.ts'
import { type Column, tableOf } from '../io/columns.ts'
import type { TextStyle } from '../io/text.ts'
import type { Plan, PlannedRepository } from './plan.ts'
import type { PlanHead } from './plan-head.ts'
import type { PlanView } from './print-repository.ts'
import { ShownRepository } from './shown-repository.ts'

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

/** The newest version that goes and the oldest that stays, each of the first count that has one. */
function endsOf(judged: PlannedRepository): string[] {
  const shown = new ShownRepository(judged)
  const isKept = (place: number): boolean => shown.decisionAt(place).verdict === 'keep'
  const places = shown.sections.map(({ kept, rest }) => [...kept, ...rest])
  const newest = places.map(all => all.find(place => !isKept(place))).find(place => place !== undefined)
  const oldest = places.map(all => all.findLast(isKept)).find(place => place !== undefined)
  return [newest, oldest].map(place => (place === undefined ? '-' : shown.nameOf(place)))
}
