import { DecisionJson } from './decision-json.ts'
import type { Plan } from './plan.ts'
import type { PlanHead } from './plan-head.ts'

/** The plan as one JSON document, see plan.schema.json; one decision a line, so that two plans can be compared. */
export function* printJson(head: PlanHead, plan: Plan): Iterable<string> {
  const json = new DecisionJson()
  yield `${JSON.stringify(head).slice(0, -1)},"decisions":[`
  let separator = '\n'
  for (const judgement of plan.judgements()) {
    for (const decision of judgement.eachDecision()) {
      yield separator + json.of(decision)
      separator = ',\n'
    }
  }
  yield `\n],${JSON.stringify(plan.summary()).slice(1)}\n`
}

/** One decision a line, then one line with everything else. */
export function* printNdjson(head: PlanHead, plan: Plan): Iterable<string> {
  const json = new DecisionJson()
  for (const judgement of plan.judgements()) {
    for (const decision of judgement.eachDecision()) yield `${json.of(decision)}\n`
  }
  yield `${JSON.stringify({ ...head, ...plan.summary() })}\n`
}
