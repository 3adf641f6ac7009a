import type { AuditAction } from '../../shared/domain/audit.ts'
import type { Stage } from '../../shared/domain/records/images.ts'
import type { HeldBytes, HeldDay } from '../connect/held-days.ts'
import type { ImageExplanation } from '../explain/explanation.ts'
import type { ShownChange } from '../history/run-history.ts'
import type { PolicyCut } from '../images/fates.ts'
import type { ShownImage } from '../images/list-images.ts'
import type { ShownRepository } from '../images/list-repositories.ts'
import type { VersionPart } from '../images/version-tree.ts'
import type { ComparisonSummary, PlanChange } from '../plan/compare-plans.ts'
import type { PlanHead } from '../plan/plan-head.ts'
import type { RestoredRepository, RestoreTotals } from '../restore/restore-json.ts'
import type { ShownRun } from '../runs/list-runs.ts'
import type { InstallationStatus } from '../status/read-status.ts'

/*
 * What the console's page asks of its server, and what it gets: JSON, times RFC 3339 in UTC, sizes in bytes. The answers
 * are those of the commands, whose schemas lie beside them.
 *
 * Every request but that of the session carries the key in the header of {@link keyHeader}. What cannot be answered is
 * {@link Refusal}: 400 for what was asked wrongly, 401 without the key (the message says how to get one), 403 for another
 * host or origin, 404 for what is not there, 409 for what meanwhile is otherwise, 413 for what is too large, 502 and 503
 * where the installation refuses or does not answer, 500 for a mistake of the console's own.
 */

export type { PolicyCut, VersionPart }

/** Bears the key of the session. */
export const keyHeader = 'x-shelflife-key'

/** The page's address is `http://127.0.0.1:PORT/#token=TOKEN`: the token is good for one session. */
export const tokenParameter = 'token'

export interface Refusal {
  readonly message: string
}

/** Where the page reads and what it gets, by path. `cursor` is the `next` of the page before; `limit` is 1 to 500. */
export interface Reads {
  '/api/overview': { query: Record<string, never>; answer: Overview }
  /** By name; `search` is a part of it, in any case. */
  '/api/repositories': { query: PageQuery & { readonly search?: string }; answer: Page<ShownRepository> }
  /** The versions of one, newest first. `name` is `host/path`, or as much of its end as one alone has. */
  '/api/repository': { query: PageQuery & { readonly name: string }; answer: RepositoryPage }
  /** `name` is `host/path@sha256:…` or `host/path:tag`, also of an image that is gone. */
  '/api/image': { query: { readonly name: string }; answer: ImagePage }
  '/api/policies': { query: PageQuery; answer: PoliciesPage }
  /** `name` is `cluster/namespace/name`; 503 where that cluster cannot be read. */
  '/api/policy': { query: { readonly name: string }; answer: PolicyPage }
  /** Newest first. */
  '/api/runs': {
    query: PageQuery & { readonly policy?: string; readonly namespace?: string; readonly since?: string }
    answer: RunsPage
  }
  /** Newest first. `since` and `until` are times, days, or ages such as `7d`; `action` is several with commas between. */
  '/api/history': { query: PageQuery & HistoryFilter; answer: HistoryPage }
  '/api/pictures/stages': { query: Record<string, never>; answer: StagesPicture }
  '/api/pictures/bytes': { query: Record<string, never>; answer: BytesPicture }
  '/api/pictures/pulls': { query: PageQuery; answer: PullsPicture }
  '/api/pictures/calendar': { query: Record<string, never>; answer: Calendar }
}

/** What the page posts, as JSON, and what it gets, by path. */
export interface Writes {
  /** The one request without a key. */
  '/api/session': { body: { readonly token: string }; answer: Session }
  /** Changes nothing. */
  '/api/what-if': { body: WhatIfAsked; answer: WhatIf }
  /** Changes nothing while `dryRun` is true. What it does is done at the answer, which may take minutes. */
  '/api/restore': { body: RestoreAsked; answer: RestoreAnswer }
  /** All sweeps, or those of one policy. */
  '/api/pause': { body: { readonly policy?: string }; answer: Report }
  '/api/resume': { body: { readonly policy?: string }; answer: Report }
  /** Of the plan that the person has seen. */
  '/api/approve': { body: { readonly policy: string; readonly hash: string }; answer: Report }
}

export interface PageQuery {
  readonly cursor?: string
  readonly limit?: string
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** The `cursor` of the next page; absent on the last one. */
  readonly next?: string
  /** Of all pages; absent where it is not known. */
  readonly total?: number
}

export interface Session {
  readonly key: string
  /** Who acts, as the history will name the person: `person alice`. */
  readonly actor: string
  /** How the command is called here, for what the page gives to copy. */
  readonly command: string
}

/** What an action did, in lines for people. */
export interface Report {
  readonly lines: readonly string[]
}

export interface Overview {
  /** As `shelflife status -o json`. */
  readonly status: InstallationStatus
  readonly repositories: {
    readonly count: number
    readonly tags: number
    readonly inUse: number
    readonly marked: number
    /** Of those that were synced. */
    readonly storedBytes: number
    /** When the first marked image goes, unless something needs it by then. */
    readonly firstDeletionAt?: string
  }
  /** Images of each stage. A repository that objects of two clusters track counts for both. */
  readonly stages: StageCounts
  /** When these were counted; absent where they never were. Repositories too large to be counted are left out. */
  readonly stagesAt?: string
  readonly stagesTooLarge: number
  /** Repositories that workloads use and no Repository object tracks; the first hundred. */
  readonly untracked: { readonly count: number; readonly repositories: readonly string[] }
  readonly clusters: readonly Health[]
  readonly registries: readonly Health[]
}

export type StageCounts = Readonly<Record<Stage, number>>

export interface Health {
  readonly name: string
  readonly ok: boolean
  /** Why it is not ok, or what is known of it. */
  readonly message: string
}

export interface RepositoryPage extends Page<ShownVersion> {
  readonly repository: string
  /** Platforms, signatures and other referrers, which are below their versions. */
  readonly parts: number
  readonly cuts: readonly PolicyCut[]
}

/** A version with what is below it. */
export interface ShownVersion extends ShownImage {
  /** Its place among all versions, from 0. */
  readonly position: number
  readonly tree: readonly VersionPart[]
  /** There is more below it than the 200 parts that are shown. */
  readonly treeIsCut?: true
}

export interface ImagePage {
  /** As `shelflife explain -o json`. */
  readonly explanation: ImageExplanation
  /** Oldest first: as `shelflife history IMAGE -o json`, and what is to come. */
  readonly timeline: readonly TimelineEvent[]
  /** Until when its registry lets it be put back, in words. */
  readonly restorableUntil: string
  /** Absent where there is nothing to put back. */
  readonly restore?: { readonly image: string; readonly run?: string }
}

export interface TimelineEvent extends Omit<ShownChange, 'action' | 'actor' | 'id' | 'repository'> {
  /** `pushed`: as its registry says; `due`: when it may be deleted at the earliest, which lies ahead. */
  readonly action: AuditAction | 'pushed' | 'due'
  readonly actor?: string
  readonly id?: string
}

export interface PoliciesPage extends Page<ShownPolicy> {
  /** Clusters whose policies are not among them. */
  readonly unread: readonly UnreadCluster[]
}

/** A cluster that cannot be read, and why. */
export interface UnreadCluster {
  readonly cluster: string
  readonly message: string
}

export interface ShownPolicy {
  /** `cluster/namespace/name` */
  readonly policy: string
  readonly ready: boolean
  /** Why it is not, or what it is. */
  readonly message: string
  readonly dryRun: boolean
  readonly paused: boolean
  readonly suspended: boolean
  readonly schedule?: string
  readonly nextRunAt?: string
  readonly lastRun?: ShownRun
  readonly waiting?: WaitingApproval
  readonly totalDeleted: number
  readonly totalFreedBytes: number
}

/** What waits until a person approves that plan. */
export interface WaitingApproval {
  readonly hash: string
  readonly message: string
  /** Of many the first few. */
  readonly repositories: readonly {
    readonly repository: string
    readonly images: number
    readonly toDelete: number
    readonly approved: number
  }[]
  readonly count: number
}

export interface PolicyPage extends ShownPolicy {
  /** As its author wrote it: the `spec` to change and to post to `/api/what-if`. */
  readonly spec: Readonly<Record<string, unknown>>
  /** To apply. */
  readonly yaml: string
  /** Where the limits of the installation hold in place of what it says. */
  readonly clamped: readonly string[]
  readonly runs: readonly ShownRun[]
}

export interface WhatIfAsked extends PageQuery {
  /** `cluster/namespace/name` */
  readonly policy: string
  /** Of an ImageCleanupPolicy. */
  readonly spec: Readonly<Record<string, unknown>>
}

/** As `shelflife plan --against -o json`, a page of its changes at a time. */
export interface WhatIf extends PlanHead, ComparisonSummary, Page<PlanChange> {
  /** What each plan would free, and what the change frees more, or less where it is below 0. */
  readonly freedBytes: { readonly before: number; readonly after: number; readonly more: number }
  /** The changed policy, to apply. */
  readonly yaml: string
}

export interface RunsPage extends Page<ShownRun> {
  /** Policies whose earlier runs are not kept. */
  readonly forgotten: readonly { readonly policy: string; readonly before: string }[]
}

/** Either images or a run. */
export interface RestoreAsked {
  readonly images?: readonly string[]
  readonly run?: string
  readonly dryRun: boolean
  /** Of the dry run of the same, which comes first. */
  readonly confirm?: string
}

/** As `shelflife restore -o json`. */
export interface RestoreAnswer {
  readonly dryRun: boolean
  readonly now: string
  /** Of the clusters that pull what comes back, a line each. */
  readonly notes: readonly string[]
  readonly repositories: readonly RestoredRepository[]
  readonly totals: RestoreTotals
  /** Of a dry run: to be sent with what is then done. Good once, for ten minutes. */
  readonly confirm?: string
}

export interface HistoryFilter {
  readonly action?: string
  /** With its tag or digest; without them as `repository`. */
  readonly image?: string
  readonly repository?: string
  readonly policy?: string
  readonly namespace?: string
  readonly since?: string
  readonly until?: string
}

export interface HistoryPage extends Page<ShownChange> {
  /** How far back this page looked. A page with few items or none may have a `next` all the same. */
  readonly readBackTo: string
}

/** Of the 30 days before images were counted last, oldest first; empty where they never were. */
export interface StagesPicture {
  readonly days: readonly { readonly day: string; readonly stages: StageCounts }[]
  /** Before it the history holds too many changes to be gone through at once; absent where all days are there. */
  readonly incompleteBefore?: string
}

export interface BytesPicture {
  /** Freed by runs that were no dry runs, of the last 30 days, oldest first. */
  readonly days: readonly { readonly day: string; readonly freedBytes: number }[]
  /** By registry, now. */
  readonly held: readonly HeldBytes[]
  /** By registry on each day, oldest first, from the first of the 30 days on of which that is known. */
  readonly heldDays: readonly HeldDay[]
  /** Policies of which earlier runs are not kept, so that days before may lack what they freed. */
  readonly forgotten: readonly { readonly policy: string; readonly before: string }[]
}

/** Pulls by the nodes of each cluster since it was met first, those with most failures first. */
export interface PullsPicture extends Page<PullCount> {
  readonly succeeded: number
  readonly failed: number
  readonly backedOff: number
  /** What of a cluster's Events or nodes could not be read. */
  readonly problems: readonly string[]
}

export interface PullCount {
  readonly cluster: string
  readonly image: string
  readonly succeeded: number
  readonly failed: number
  readonly backedOff: number
}

/** What goes when, by day; days with nothing are left out. */
export interface Calendar {
  readonly days: readonly {
    readonly day: string
    /** Repositories whose first marked image may go on that day, the largest first; a hundred at most. */
    readonly repositories: readonly { readonly repository: string; readonly marked: number; readonly after: string }[]
    readonly marked: number
    readonly runs: readonly { readonly policy: string; readonly at: string }[]
  }[]
  /** Clusters of which it is not known what goes and what runs. */
  readonly unread: readonly UnreadCluster[]
}
