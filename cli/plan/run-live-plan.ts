import { amountText } from '../../shared/domain/amount-text.ts'
import type { Installation } from '../connect/installation.ts'
import { Progress } from '../io/progress.ts'
import { readPolicyFile } from '../io/read-files.ts'
import type { Streams } from '../io/streams.ts'
import { writeAll } from '../io/write-all.ts'
import { outcomeOf, type PlanOutcome } from './plan-outcome.ts'
import { planPolicy } from './plan-policy.ts'
import { type Output, printPlan } from './print-plan.ts'
import type { PlanView } from './print-repository.ts'
import { writeReport } from './write-report.ts'

/** Which policy of the live state is planned, and how it is shown. */
export interface LivePlanRequest extends PlanView {
  /** `NAMESPACE/NAME`, or `CLUSTER/NAMESPACE/NAME`. */
  readonly policyName: string
  /** File of a changed policy, judged as if it stood under that name. */
  readonly against?: string
  readonly now: Date
  readonly output: Output
  /** File for the same as JSON. */
  readonly report?: string
}

/** Prints what the next sweep would do, or what a changed policy would change. Reads only. */
export async function runLivePlan(
  request: LivePlanRequest,
  installation: Installation,
  streams: Streams,
): Promise<PlanOutcome> {
  const { policyName, against, now } = request
  const changed = against === undefined ? undefined : await readPolicyFile(against)
  const progress = new Progress(streams.stderr)
  const onRead = (read: number, repositories: number) =>
    progress.show(`reading: ${read} of ${amountText(repositories, 'repository')}`)
  try {
    const asked = { policyName, now, onRead, ...(changed && { changed }) }
    const { head, plan, changedPlan } = await planPolicy(asked, installation)
    progress.end()
    const print = (output: Output) => printPlan({ ...request, output }, head, plan, changedPlan, streams)
    await writeAll(print(request.output), streams.stdout)
    if (request.report !== undefined) streams.stderr.write(await writeReport(request.report, print('json')))
    return outcomeOf(changedPlan ?? plan)
  } finally {
    progress.end()
  }
}
