import type { PlannedDecision } from './plan.ts'

/** As decisions and comparisons name it. */
type Reported = PlannedDecision['rule'] | 'not-covered'

/** Nobody wrote these into a policy. */
const namesNoRule: readonly Reported[] = ['graph', 'none', 'unknown', 'not-covered']

/** `kept by in-use`; what no rule of a policy keeps is `kept` for what it hangs on, which its reason says. */
export const keptBy = (rule: Reported | undefined): string =>
  rule === undefined || namesNoRule.includes(rule) ? 'kept' : `kept by ${rule}`
