import type { Writable } from 'node:stream'
import type { CleanupPolicy } from '../../shared/domain/cleanup-policy.ts'
import { compileRules } from '../../shared/domain/retention/judge.ts'
import { timeText } from '../../shared/domain/retention/known-time.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import { JudgedPlan } from './judged-plan.ts'
import type { PlanHead, UsageWord } from './plan-head.ts'
import { printJson, printNdjson } from './print-json.ts'
import { printTable } from './print-table.ts'
import { Progress, type ProgressStream } from './progress.ts'
import { readImagesFile, readPolicyFile, readUsageFile } from './read-files.ts'
import { writeAll } from './write-all.ts'

/** What a plan is made from and how it is shown; paths as the user gave them. */
export interface PlanRequest {
  readonly policy: string
  /** `-` for standard input. */
  readonly images: string
  /** `none` to judge as if nothing ran. */
  readonly usage: string
  readonly now: Date
  readonly output: 'json' | 'ndjson' | 'table'
}

/** The world around the command. */
export interface PlanStreams {
  readonly stdin: AsyncIterable<Uint8Array>
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: ProgressStream
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Judges files and prints the plan. Everything is read and checked before the first byte is printed, so that bad input,
 * thrown as InvalidInputError, leaves standard output empty.
 */
export const runPlan = async (request: PlanRequest, streams: PlanStreams): Promise<void> => {
  const policy = await readPolicyFile(request.policy)
  const usage = request.usage === 'none' ? nothingRuns : await readUsageFile(request.usage)
  const progress = new Progress(streams.stderr)
  try {
    const table = await readImagesFile(request.images, streams.stdin, images => progress.report('reading', images))
    const rules = compileRules({ policies: [policy], usage, now: request.now })
    progress.end()
    const plan = new JudgedPlan(rules, table, images => {
      if (streams.stdout.isTTY !== true) progress.report('judging', images)
    })
    await writeAll(print(request, headOf(request, policy, usage), plan, streams), streams.stdout)
  } finally {
    progress.end()
  }
}

const nothingRuns: Usage = { complete: true, workloads: [] }

const headOf = (request: PlanRequest, policy: CleanupPolicy, usage: Usage): PlanHead => {
  const known: UsageWord = usage.complete ? 'complete' : 'incomplete'
  return {
    version: 1,
    now: timeText(request.now.getTime()),
    policy: policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`,
    usage: request.usage === 'none' ? 'none' : known,
  }
}

const print = ({ output }: PlanRequest, head: PlanHead, plan: JudgedPlan, streams: PlanStreams): Iterable<string> => {
  if (output === 'json') return printJson(head, plan)
  if (output === 'ndjson') return printNdjson(head, plan)
  const { stdout, env } = streams
  const isTerminal = stdout.isTTY === true
  const noColour = env.NO_COLOR !== undefined && env.NO_COLOR !== ''
  return printTable(head, plan, {
    columns: isTerminal ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    colours: isTerminal && !noColour,
  })
}
