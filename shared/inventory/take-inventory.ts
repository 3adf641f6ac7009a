import pMap from 'p-map'
import { amountText } from '../domain/amount-text.ts'
import type { InventoryRecord, UsageRecord } from '../domain/records/workloads.ts'
import type { Workload } from '../domain/usage.ts'
import {
  findMoved,
  findSuperseded,
  isOfNoRegistry,
  type KnownHosts,
  planUsageRecords,
} from '../domain/usage-records.ts'
import { InvalidInputError, ShelflifeError, StoreUnavailableError } from '../errors.ts'
import type { EventPublisher } from '../ports/messaging.ts'
import type { Draft, Store } from '../ports/store.ts'
import type { WorkloadSource } from '../ports/workload-source.ts'
import { announceRepositories } from '../records/announce-repositories.ts'
import { saveLatest } from '../records/save-latest.ts'
import { knownRights, readMissingRights } from './missing-rights.ts'
import { recordStages } from './record-stages.ts'

export interface InventoryDeps extends KnownHosts {
  readonly store: Store
  /** Told which repositories are used otherwise than before. */
  readonly events: EventPublisher
  readonly now: () => Date
  /** Also asks, every hour, which rights are missing: only the reader's, since the executor's listings are recorded too. */
  readonly asksForRights?: boolean
}

export interface InventoryResult {
  /** Name of the cluster, or of the other source of workloads. */
  readonly cluster: string
  readonly complete: boolean
  readonly changed: readonly UsageRecord[]
  readonly message: string
  /** What was listed; none where it is not complete. */
  readonly workloads: readonly Workload[]
  /** Why it is not complete. */
  readonly error?: ShelflifeError
  /** The sources that it consists of; none where it is one itself, and where they could not be listed. */
  readonly members: readonly WorkloadSource[]
}

const membersAtOnce = 8

/**
 * Records which images the workloads of one cluster, or of another source, refer to. A listing that fails anywhere is
 * recorded as incomplete, nothing that was known before is ended by it, and while it stands no sweep deletes anything. Of
 * one that is not asked now what was known stays as it is, and counts as known where it was ever listed.
 */
export async function takeInventory(source: WorkloadSource, deps: InventoryDeps): Promise<InventoryResult> {
  const startedAt = deps.now()
  // Read before the listing: what another listing, which began later, records meanwhile is not ended by this one.
  const [stored, previous] = await Promise.all([
    deps.store.listClusterUsage(source.name),
    deps.store.findInventory(source.name),
  ])
  // Side by side: a cluster that does not answer is waited for once.
  const [listed, rights] = await Promise.all([
    unlessFailed(() => listAll(source, previous)),
    deps.asksForRights ? readMissingRights(source, previous, startedAt) : knownRights(previous),
  ])
  const base = { cluster: source.name, startedAt, ...rights }
  if (listed instanceof ShelflifeError) {
    const message = `listing failed: ${listed.message}`
    const failed = { cluster: source.name, complete: false, message, workloads: [], members: [] }
    await record({ ...base, finishedAt: deps.now(), complete: false, workloads: 0, message }, deps.store)
    return { ...failed, changed: [], error: listed }
  }
  const { workloads, members } = listed
  const changed = workloads ? planUsageRecords(stored, workloads, deps, deps.now()) : []
  await deps.store.saveUsage(changed)
  await deps.store.expireUsage(findSuperseded(stored, changed), deps.now())
  const moved = [...unfinished(stored, previous), ...findMoved(stored, changed)]
  await recordStages(moved, deps.store, deps.now())
  const used = moved.map(record => record.repository).filter(repository => !isOfNoRegistry(repository))
  await announceRepositories(used, deps.events)
  const message = messageOf(listed, changed.length, source)
  const count = workloads?.length ?? previous?.workloads ?? 0
  const whole = { ...base, complete: true, workloads: count, message, ...namesOf(members) }
  await record({ ...whole, finishedAt: deps.now() }, deps.store)
  return { cluster: source.name, complete: true, changed, message, workloads: workloads ?? [], members: members ?? [] }
}

interface Listed {
  /** Absent of one that is not asked. */
  readonly workloads?: readonly Workload[]
  readonly members?: readonly WorkloadSource[] | undefined
}

/** @throws InvalidInputError when it is not asked, and was never listed completely */
async function listAll(source: WorkloadSource, previous: InventoryRecord | undefined): Promise<Listed> {
  const { silence } = source
  if (silence === undefined) return { workloads: await source.listWorkloads(), members: await source.listMembers?.() }
  if (previous?.complete === true || previous?.listedAt !== undefined) return {}
  throw new InvalidInputError(
    `expected a listing of before, got none, and it is not asked now: ${silence}; name it in exclude once nothing runs there`,
  )
}

function messageOf({ workloads, members }: Listed, changes: number, { silence }: WorkloadSource): string {
  if (members) return amountText(members.length, 'member')
  if (workloads) return `${amountText(workloads.length, 'reference')}, ${amountText(changes, 'change')}`
  return `not asked, and what it was known to use stays: ${silence}`
}

/** Of a source and of the sources that it consists of: one that cannot be listed is no reason not to list another. */
export async function takeInventories(source: WorkloadSource, deps: InventoryDeps): Promise<InventoryResult[]> {
  const own = await takeInventory(source, deps)
  const ofMembers = await pMap(own.members, member => takeInventory(member, deps), { concurrency: membersAtOnce })
  return [own, ...ofMembers]
}

const namesOf = (members: readonly WorkloadSource[] | undefined): Pick<InventoryRecord, 'members'> =>
  members ? { members: members.map(({ name }) => name) } : {}

/** The workloads of a source, or why they cannot be listed. */
export const listOrFail = (source: WorkloadSource): Promise<readonly Workload[] | ShelflifeError> =>
  unlessFailed(() => source.listWorkloads())

/** The sources that one consists of, itself where it is one; or why they cannot be listed. */
export const membersOrFail = (source: WorkloadSource): Promise<readonly WorkloadSource[] | ShelflifeError> =>
  unlessFailed(async () => (await source.listMembers?.()) ?? [source])

async function unlessFailed<T>(list: () => Promise<T>): Promise<T | ShelflifeError> {
  try {
    return await list()
  } catch (error) {
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    return error
  }
}

/** References that an inventory recorded before it was killed: the images that they move are still to be looked at. */
const unfinished = (stored: readonly UsageRecord[], previous: InventoryRecord | undefined): UsageRecord[] =>
  stored.filter(({ firstSeenAt, endedAt }) => !previous || (endedAt ?? firstSeenAt) > previous.finishedAt)

/** What a listing that failed says nothing of. */
function lastKnown(previous: InventoryRecord | undefined) {
  const listedAt = previous?.complete ? previous.startedAt : previous?.listedAt
  return {
    workloads: previous?.workloads ?? 0,
    ...(listedAt && { listedAt }),
    ...(previous?.members && { members: previous.members }),
  }
}

/** Schedules and sweeps list a cluster side by side: of two listings the one that began later stands. */
async function record(draft: Draft<InventoryRecord>, store: Store): Promise<void> {
  await saveLatest(async () => {
    const previous = await store.findInventory(draft.cluster)
    if (previous && previous.startedAt > draft.startedAt) return
    await store.saveInventory(draft.complete ? draft : { ...draft, ...lastKnown(previous) }, previous)
  })
}
