import * as z from 'zod'
import { freedShares } from '../freed-shares.ts'
import { storageCheck } from '../storage-check.ts'
import { numbered } from './parts.ts'

export const sweepActions = ['Deleted', 'Archived', 'WouldDelete', 'WouldArchive', 'Failed'] as const
export const runTriggers = ['Scheduled', 'Manual', 'StoragePressure'] as const
export const runResults = ['Running', 'Success', 'PartialFailure', 'Failed', 'Skipped'] as const

export const sweepItem = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  image: z.string(),
  action: z.enum(sweepActions),
  reason: z.string(),
  message: z.string(),
})
export type SweepItem = z.infer<typeof sweepItem>

/** One run of one policy, as `kubectl get imagecleanuppolicy -o yaml` shows it. */
export const runRecord = z.strictObject({
  /** Unique among the runs of its policy. */
  runId: z.string(),
  /** The annotation's value that asked for it, so that a repeated invocation continues the same run. */
  manualRun: z.string().exactOptional(),
  trigger: z.enum(runTriggers),
  result: z.enum(runResults),
  startTime: z.date(),
  completionTime: z.date().exactOptional(),
  /** Condition reason of a run that was skipped. */
  skipReason: z.string().exactOptional(),
  dryRun: z.boolean(),
  scanned: z.int(),
  candidates: z.int(),
  deleted: z.int(),
  /** Of a policy that archives; absent for none. */
  archived: z.int().exactOptional(),
  failed: z.int(),
  keptRecent: z.int(),
  keptInUse: z.int(),
  keptExcluded: z.int(),
  /** Of a dry run: what it would free. */
  freedBytes: z.number(),
  freed: freedShares.exactOptional(),
  /** Images that it left to later runs, and repositories that it left out until a person approves; absent for none. */
  waitForPace: z.int().exactOptional(),
  waitForApproval: z.int().exactOptional(),
  /**
   * Repositories that were left as they are, and why: while it runs by the last execution there, and of a run that has
   * ended by its last look, which then was no success. Of many the first few; absent for none.
   */
  leftAlone: z
    .array(z.strictObject({ repository: z.string(), message: z.string() }))
    .readonly()
    .exactOptional(),
  message: z.string(),
  items: z.array(sweepItem).readonly(),
})
export type RunRecord = z.infer<typeof runRecord>

type Counts = Pick<RunRecord, 'deleted' | 'archived' | 'failed'>

/** How many tags, and images without one, a run has deleted or archived. */
export const changedBy = ({ deleted, archived = 0 }: Omit<Counts, 'failed'>): number => deleted + archived

/** `3 deleted, 0 failed`; of what the run is not about only what there is. */
export function doneText({ deleted, archived = 0, failed }: Counts, about?: 'deleted' | 'archived'): string {
  const isAbout = about ?? (archived > 0 ? 'archived' : 'deleted')
  return [
    ...(deleted > 0 || isAbout === 'deleted' ? [`${deleted} deleted`] : []),
    ...(archived > 0 || isAbout === 'archived' ? [`${archived} archived`] : []),
    `${failed} failed`,
  ].join(', ')
}

/** What of a policy waits for a person, and what a person said last. */
export const approvalState = z.strictObject({
  /** What the last look at everything left out, until the plan of that hash is approved. */
  wanted: z
    .strictObject({
      hash: z.string(),
      /** Of many the first few, see `count`. */
      repositories: z
        .array(z.strictObject({ repository: z.string(), images: z.int(), toDelete: z.int(), approved: z.int() }))
        .readonly(),
      count: z.int(),
      message: z.string(),
    })
    .exactOptional(),
  /** The annotation that was handled last: its value, and how it was answered. */
  answer: z
    .strictObject({ value: z.string(), at: z.date(), accepted: z.boolean(), message: z.string() })
    .exactOptional(),
  /** When the approval that was accepted last ends. */
  until: z.date().exactOptional(),
  /** The run that an approval asks for and that was not planned through yet. */
  run: z.strictObject({ runId: z.string(), at: z.date() }).exactOptional(),
})
export type ApprovalState = z.infer<typeof approvalState>

/** What a person asked a policy to restore last, by its annotation. */
export const restoreState = z.strictObject({
  /** The annotation's value, without control characters and cut to 512 characters. */
  value: z.string(),
  /** When it was taken up: names the request. */
  at: z.date(),
  accepted: z.boolean(),
  /** Why it was refused; of an accepted one what the last execution had to say, `` for nothing. */
  message: z.string(),
  /** True once the annotation is off, so that the same value is a new request. */
  taken: z.boolean(),
  /** `REPOSITORY PART` of what was asked of the executor and not reported yet. */
  waiting: z.array(z.string()).readonly(),
  /** The last repository that was asked for: those after it in the alphabet follow. */
  askedUpTo: z.string(),
  /** When something last went on. */
  movedAt: z.date(),
  /** How often what waits was sent again; absent for never. */
  resent: z.int().exactOptional(),
  completedAt: z.date().exactOptional(),
  /** Manifests, tags and objects, by what became of them. */
  restored: z.int(),
  present: z.int(),
  leftAlone: z.int(),
  failed: z.int(),
})
export type RestoreState = z.infer<typeof restoreState>

/** An image that a policy deleted or archived, as its status lists the last ones. */
export const recentDeletion = z.strictObject({
  repository: z.string(),
  digest: z.string(),
  /** Of many the first few. */
  tags: z.array(z.string()).readonly(),
  at: z.date(),
  runId: z.string(),
  reason: z.string(),
  /** In words, since most registries tell no time. */
  restorableUntil: z.string(),
})
export type RecentDeletion = z.infer<typeof recentDeletion>

/** What is known of a policy: its runs so far, newest first; the first may still be running. */
export const policyRecord = z.strictObject({
  /** `cluster/namespace/name`. */
  id: z.string(),
  /** Uid of the object: another object of the same name starts anew. */
  uid: z.string(),
  lastScheduleTime: z.date().exactOptional(),
  lastSuccessfulTime: z.date().exactOptional(),
  lastHandledManualRun: z.string().exactOptional(),
  /** When it last had its turn: the planner orders by it, see `namespace-turns.ts`. */
  plannedAt: z.date().exactOptional(),
  totalDeleted: z.int(),
  totalFreedBytes: z.number(),
  /** When to look again before the next scheduled run: a mark has matured, or an execution has reported. */
  wakeAt: z.date().exactOptional(),
  /**
   * While its marks wait: `wakeAt` as it was set to look at what clusters say, what they said (a hash), and when to look at
   * the repositories too.
   */
  watch: z.strictObject({ lightAt: z.date(), wholeAt: z.date(), basis: z.string() }).exactOptional(),
  /** The hash that its marks carry: see Policy. */
  policyHash: z.string().exactOptional(),
  /** None of its marks is older; absent while it has none. Written before the first mark, so that each can be found. */
  marksSince: z.date().exactOptional(),
  /** Why its last look left its marks as they are: a person paused this policy. Absent while it is not paused. */
  pausedBy: z.literal('annotation').exactOptional(),
  storage: storageCheck.exactOptional(),
  approval: approvalState.exactOptional(),
  restore: restoreState.exactOptional(),
  /** The last images that it deleted, newest first, 20 at most; absent for none. */
  deletions: z.array(recentDeletion).readonly().exactOptional(),
  /** Under which unknown hosts workloads named what it covers, as its last look at everything found; absent for none. */
  foreignHosts: z.string().exactOptional(),
  /** What was counted after its run, since the registry carried it out later: see `late-deletions.ts`. */
  counted: z.array(z.string()).readonly().exactOptional(),
  runs: z.array(runRecord).readonly(),
  ...numbered,
})
export type PolicyRecord = z.infer<typeof policyRecord>

/** Who may sweep a repository now. `token` grows with every holder, so that a late one is told apart. */
export const leaseRecord = z.strictObject({
  repository: z.string(),
  owner: z.string(),
  expiresAt: z.date(),
  token: z.int(),
})
export type LeaseRecord = z.infer<typeof leaseRecord>
