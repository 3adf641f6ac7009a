import { evaluatePolicy } from '../../shared/sweep/evaluate-policy.ts'
import type { Policies } from '../../shared/sweep/list-policies.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'
import type { CoveredObject } from '../../shared/sweep/policy-scope.ts'
import { type RepositoryWorld, readUsage } from '../../shared/sweep/read-world.ts'
import type { PlanDeps } from './plan-sweep.ts'
import type { RunContext } from './run-sweep.ts'

/** The verdict on repositories that were read. One whose last sync failed is left alone. */
export async function judgeWorlds(
  policy: Policy,
  { accepted, refused }: Policies,
  tracked: readonly CoveredObject[],
  all: readonly RepositoryWorld[],
  { store, clusters }: PlanDeps,
  now: Date,
): Promise<Pick<RunContext, 'evaluation' | 'worlds' | 'skipped'>> {
  const worlds = all.filter(world => world.record?.lastOutcome?.succeeded === true)
  const usage = await readUsage(worlds, clusters, store, now)
  const evaluation = evaluatePolicy(policy, accepted, tracked, worlds, usage, now, { refused })
  return { evaluation, worlds, skipped: all.length - worlds.length }
}
