import type { Plan } from './plan.ts'

/** What a plan comes to, for pipelines: something of it waits for a person, something would be deleted, or nothing would. */
export type PlanOutcome = 'waits' | 'deletes' | 'keeps'

/** The exit codes of `plan --exit-code`. */
export const outcomeExitCodes: Readonly<Record<PlanOutcome, number>> = { keeps: 0, deletes: 10, waits: 11 }

export const outcomeOf = (plan: Plan): PlanOutcome => {
  if (plan.summary().limits.waitForApproval !== undefined) return 'waits'
  return plan.goes() ? 'deletes' : 'keeps'
}
