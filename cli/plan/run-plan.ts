import type { CleanupPolicy } from '../../shared/domain/policy/policy.ts'
import { compileRules } from '../../shared/domain/retention/judge.ts'
import { timeText } from '../../shared/domain/retention/listing/known-time.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import type { ImageTable } from '../io/image-table.ts'
import { Progress } from '../io/progress.ts'
import { readImagesFile, readPolicyFile, readUsageOption } from '../io/read-files.ts'
import type { Streams } from '../io/streams.ts'
import { writeAll } from '../io/write-all.ts'
import { JudgedPlan } from './judged-plan.ts'
import { actionOf, type PlanHead, type UsageKnowledge } from './plan-head.ts'
import { outcomeOf, type PlanOutcome } from './plan-outcome.ts'
import { type Output, printPlan } from './print-plan.ts'
import type { PlanView } from './print-repository.ts'
import { writeReport } from './write-report.ts'

/** What a plan is made from and how it is shown; paths as the user gave them. */
export interface PlanRequest extends PlanView {
  readonly policy: string
  /** Another policy, whose plan is compared with that of `policy`. */
  readonly against?: string
  /** `-` for standard input. */
  readonly images: string
  /** `none` to judge as if nothing ran. */
  readonly usage: string
  readonly now: Date
  readonly output: Output
  /** File for the same as JSON. */
  readonly report?: string
}

/**
 * Judges files and prints the plan. Everything is read and checked before the first byte is printed, so that bad input,
 * thrown as InvalidInputError, leaves standard output empty. Answers what it comes to, of a changed policy where there is one.
 */
export const runPlan = async (request: PlanRequest, streams: Streams): Promise<PlanOutcome> => {
  const policy = await readPolicyFile(request.policy)
  const against = request.against === undefined ? undefined : await readPolicyFile(request.against)
  const usage = await readUsageOption(request.usage)
  const progress = new Progress(streams.stderr)
  try {
    const table = await readImagesFile(request.images, streams.stdin, images => progress.report('reading', images))
    const planOf = planner(table, usage, request.now, images => {
      if (streams.stdout.isTTY !== true) progress.report('judging', images)
    })
    const head = headOf(request, policy, usage)
    const plan = planOf(policy)
    const changed = against && planOf(against)
    const texts = printPlan(request, head, plan, changed, streams)
    progress.end()
    await writeAll(texts, streams.stdout)
    if (request.report !== undefined) {
      // Judged once more: what was gone through is not kept.
      const again = printPlan({ ...request, output: 'json' }, head, plan, changed, streams)
      streams.stderr.write(await writeReport(request.report, again))
    }
    return outcomeOf(changed ?? plan)
  } finally {
    progress.end()
  }
}

/** Plans of one table at one moment; a policy that cannot be compiled is thrown before anything is judged. */
const planner =
  (table: ImageTable, usage: Usage, now: Date, onProgress: (images: number) => void) =>
  (policy: CleanupPolicy): JudgedPlan =>
    new JudgedPlan(compileRules({ policies: [policy], usage, now }), table, policy.archive, onProgress)

const headOf = (request: PlanRequest, policy: CleanupPolicy, usage: Usage): PlanHead => {
  const known: UsageKnowledge = usage.complete ? 'complete' : 'incomplete'
  return {
    version: 1,
    now: timeText(request.now.getTime()),
    policy: policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`,
    usage: request.usage === 'none' ? 'none' : known,
    ...actionOf(policy.action),
  }
}
