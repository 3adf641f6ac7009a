import type { PlannedDecision } from './plan.ts'

/** Nobody wrote these into a policy. */
const namesNoRule: readonly PlannedDecision['rule'][] = ['graph', 'none', 'unknown']

/** `kept by in-use`; what no rule of a policy keeps is `kept` for what it hangs on, which its reason says. */
export const keptBy = (rule: PlannedDecision['rule'] | undefined): string =>
  rule === undefined || namesNoRule.includes(rule) ? 'kept' : `kept by ${rule}`
