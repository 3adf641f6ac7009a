import { listStyle } from '../io/list-options.ts'
import type { StyledStreams, TextStyle } from '../io/text.ts'
import { PlanComparison } from './compare-plans.ts'
import type { Plan } from './plan.ts'
import type { PlanHead } from './plan-head.ts'
import {
  type ComparisonHead,
  printComparisonJson,
  printComparisonNdjson,
  printComparisonTable,
} from './print-comparison.ts'
import { printJson, printNdjson } from './print-json.ts'
import type { PlanView } from './print-repository.ts'
import { printTable } from './print-table.ts'

export const outputs = ['json', 'ndjson', 'table'] as const
export type Output = (typeof outputs)[number]

/** How a plan is printed; `against` names the changed policy where there is one. */
export interface PrintRequest extends PlanView {
  readonly output: Output
  readonly against?: string
}

/**
 * A plan in the form that was asked for, bit by bit; beside a `changed` one where there is one, which `against` names.
 */
export const printPlan = (
  { output, against = '', ...view }: PrintRequest,
  head: PlanHead,
  plan: Plan,
  changed: Plan | undefined,
  streams: StyledStreams,
): Iterable<string> => {
  const style = listStyle({ trunc: view.trunc !== false }, streams)
  if (changed) return printedComparison(output, { ...head, against }, new PlanComparison(plan, changed), style)
  if (output === 'json') return printJson(head, plan)
  return output === 'ndjson' ? printNdjson(head, plan) : printTable(head, plan, style, view)
}

const printedComparison = (
  output: Output,
  head: ComparisonHead,
  comparison: PlanComparison,
  style: TextStyle,
): Iterable<string> => {
  if (output === 'json') return printComparisonJson(head, comparison)
  if (output === 'ndjson') return printComparisonNdjson(head, comparison)
  return printComparisonTable(head, comparison, style)
}
