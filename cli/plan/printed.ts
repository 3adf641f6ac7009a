import { type StyledStreams, styleOf } from '../terminal/text.ts'
import type { PlanComparison } from './compare-plans.ts'
import type { Plan } from './plan.ts'
import type { PlanHead } from './plan-head.ts'
import {
  type ComparisonHead,
  printComparisonJson,
  printComparisonNdjson,
  printComparisonTable,
} from './print-comparison.ts'
import { printJson, printNdjson } from './print-json.ts'
import { printTable } from './print-table.ts'

export const outputs = ['json', 'ndjson', 'table'] as const
export type Output = (typeof outputs)[number]

/** A plan in the form that was asked for, bit by bit. */
export const printedPlan = (output: Output, head: PlanHead, plan: Plan, streams: StyledStreams): Iterable<string> => {
  if (output === 'json') return printJson(head, plan)
  return output === 'ndjson' ? printNdjson(head, plan) : printTable(head, plan, styleOf(streams))
}

/** The same for two plans beside each other. */
export const printedComparison = (
  output: Output,
  head: ComparisonHead,
  comparison: PlanComparison,
  streams: StyledStreams,
): Iterable<string> => {
  if (output === 'json') return printComparisonJson(head, comparison)
  if (output === 'ndjson') return printComparisonNdjson(head, comparison)
  return printComparisonTable(head, comparison, styleOf(streams))
}
