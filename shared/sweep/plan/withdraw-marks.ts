import { randomUUID } from 'node:crypto'
import pMap from 'p-map'
import type { Digest } from '../../domain/digest.ts'
import { accepted, type Transition } from '../../domain/lifecycle/transition.ts'
import { lifted } from '../../domain/lifecycle/transitions.ts'
import type { ImageRecord } from '../../domain/records/images.ts'
import { changedBy, type PolicyRecord, type RunRecord } from '../../domain/records/policies.ts'
import { slices } from '../../domain/slices.ts'
import { currentUse } from '../../domain/usage-records.ts'
import type { Store } from '../../ports/store.ts'
import { unlessUnreadable } from '../../records/unless-unreadable.ts'
import type { PlanDeps } from './plan-deps.ts'
import { writeChanges } from './write-changes.ts'

/** Why nothing of a policy's marks will be executed, and the condition reason that its open run ends with. */
export interface Withdrawal {
  readonly reason: string
  readonly skipReason: string
}

const concurrency = 8
/** As many images as the table hands out by one call. */
const readAtOnce = 100
/** Functions do not share a clock. */
const clockSkewMs = 15 * 60_000

/** A stretch of time in which what happened between the two is found, whichever function wrote it. */
export const withClockSkew = (from: Date, to: Date): [Date, Date] => [
  new Date(from.getTime() - clockSkewMs),
  new Date(to.getTime() + clockSkewMs),
]

/** True while a policy has marks or a run that has not ended. */
export const hasOpenWork = (record: PolicyRecord): boolean =>
  record.marksSince !== undefined || record.runs[0]?.result === 'Running'

/**
 * Lifts every mark of a policy that nothing will execute, and ends its run. Found by what the policy did since its
 * oldest mark, so that neither its object nor its repositories need to be there any more. That list may lag behind the
 * writes: the record stays open until it shows no mark that is left.
 */
export async function withdrawMarks(
  record: PolicyRecord,
  withdrawal: Withdrawal,
  deps: Pick<PlanDeps, 'store' | 'events' | 'now'>,
): Promise<PolicyRecord> {
  if (!hasOpenWork(record)) return record
  const now = deps.now()
  const standing = await listStandingMarks(record, deps.store, now)
  await writeChanges(await planLifts(record.id, standing, withdrawal.reason, deps.store, now), deps)
  const { wakeAt: _, watch: _w, marksSince, number: _number, ...rest } = record
  const [current] = rest.runs
  const isSettled = standing.length > 0 && current?.result !== 'Running'
  if (isSettled) return record
  return deps.store.savePolicy(
    {
      ...rest,
      ...(standing.length > 0 && marksSince && { marksSince }),
      runs: rest.runs.map(run => (run.result === 'Running' ? skipped(run, withdrawal, now) : run)),
    },
    record,
  )
}

/** The images that bear a mark of the policy now. */
export const listStandingMarks = (record: WithMarks, store: Store, now: Date): Promise<ImageRecord[]> =>
  pickStandingMarks(record, store, now, image => image)

type WithMarks = Pick<PolicyRecord, 'id' | 'marksSince'>

/** The same, of each image only what is picked: the rest is dropped as it is read, since there may be very many. */
export async function pickStandingMarks<T>(
  record: WithMarks,
  store: Store,
  now: Date,
  pick: (image: ImageRecord) => T | undefined,
): Promise<T[]> {
  if (record.marksSince === undefined) return []
  const [from, to] = withClockSkew(record.marksSince, now)
  const changes = await store.listPolicyChanges(record.id, from, to)
  const marked = changes.filter(change => change.action === 'marked')
  const parts = [...Map.groupBy(marked, change => change.repository)].flatMap(([repository, own]) =>
    slices([...new Set(own.map(({ digest }) => digest as Digest))], readAtOnce).map(part => ({ repository, part })),
  )
  const picked = (image: ImageRecord) => (image.mark?.policy === record.id ? (pick(image) ?? []) : [])
  const read = async ({ repository, part }: (typeof parts)[number]) =>
    (await readReadable(repository, part, store)).flatMap(picked)
  return (await pMap(parts, read, { concurrency })).flat()
}

/** Where one of them cannot be read, the others are read one by one. */
async function readReadable(repository: string, digests: readonly Digest[], store: Store): Promise<ImageRecord[]> {
  const together = await unlessUnreadable(() => store.findImages(repository, digests))
  if (together) return [...together]
  const read = (digest: Digest) => unlessUnreadable(() => store.findImage(repository, digest))
  return (await pMap(digests, read, { concurrency })).filter(image => image !== undefined)
}

/** Lifts marks without a verdict; what an execution is deleting is left to it. */
export async function planLifts(
  policy: string,
  images: readonly ImageRecord[],
  reason: string,
  store: Store,
  now: Date,
): Promise<Transition[]> {
  const lifts = await pMap(
    Map.groupBy(images, image => image.repository),
    async ([repository, own]) => {
      const read = () => Promise.all([store.listUsage(repository), store.listTags(repository)])
      const [usage, tags] = (await unlessUnreadable(read)) ?? []
      if (!usage || !tags) return []
      const present = tags.filter(tag => tag.goneAt === undefined)
      const useOf = currentUse(usage, present)
      return own.flatMap(image => {
        const runId = image.mark?.runId
        const why = { id: randomUUID(), actor: `policy ${policy}`, reason, ...(runId !== undefined && { runId }) }
        return accepted(lifted(image, { ...why, isUsed: useOf(image.digest).length > 0 }, now))
      })
    },
    { concurrency },
  )
  return lifts.flat()
}

const skipped = (run: RunRecord, { reason, skipReason }: Withdrawal, now: Date): RunRecord => ({
  ...run,
  result: 'Skipped',
  skipReason,
  completionTime: now,
  message: `${reason}: its marks were lifted; ${changedBy(run)} ${run.archived ? 'archived' : 'deleted'} before`,
})
