import { parsePolicy } from '../../shared/domain/policy/parse-policy.ts'
import { checkSchedule } from '../../shared/domain/schedule.ts'
import { PlanComparison } from '../plan/compare-plans.ts'
import { planPolicy } from '../plan/plan-policy.ts'
import type { WhatIf } from './api.ts'
import { type ConsoleDeps, fewSecondsMs } from './console-deps.ts'
import { type PageAsked, pageOf } from './paging.ts'
import { policyYaml } from './policies.ts'

export interface ChangedPolicy extends PageAsked {
  readonly policy: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** What a changed policy would change, as `plan --against` judges it. Reads what its sweep reads, and writes nothing. */
export async function readWhatIf(
  { policy: policyName, spec, ...page }: ChangedPolicy,
  { installation, cache, now }: ConsoleDeps,
): Promise<WhatIf> {
  const [name, namespace] = policyName.split('/').toReversed()
  const changed = parsePolicy({ metadata: { namespace, name }, spec })
  checkSchedule(changed.schedule, changed.timeZone)
  const found = await cache.get(`what-if ${policyName} ${JSON.stringify(spec)}`, fewSecondsMs, async () => {
    const planned = await planPolicy({ policyName, changed, now: now() }, installation)
    const comparison = new PlanComparison(planned.plan, planned.changedPlan ?? planned.plan)
    const changes = [...comparison.changes()]
    return { ...planned, changes, summary: comparison.summary() }
  })
  const { before, after } = found.summary.plans
  const { from: _, ...shown } = pageOf(found.changes, one => `${one.repository}@${one.digest}`, page)
  return {
    ...found.head,
    ...found.summary,
    ...shown,
    freedBytes: { before: before.bytes, after: after.bytes, more: after.bytes - before.bytes },
    yaml: policyYaml(found.policy.object, spec),
  }
}
