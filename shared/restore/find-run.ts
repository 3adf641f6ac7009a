import pFilter from 'p-filter'
import pMap from 'p-map'
import { type RecordedChange, rememberedDays } from '../domain/audit.ts'
import { type Digest, isDigest } from '../domain/digest.ts'
import { dummyArtifactType } from '../domain/dummy-artifact.ts'
import { dayMs } from '../domain/duration.ts'
import { partsOf } from '../domain/repository-id.ts'
import { InvalidInputError } from '../errors.ts'
import type { Store } from '../ports/store.ts'
import type { RestoreTarget } from './restore-world.ts'
import { UnknownHereError } from './unknown-here.ts'

/** One run of one policy. */
export interface RunName {
  /** `cluster/namespace/name`. */
  readonly policy: string
  readonly runId: string
}

/** As long as the history remembers what was deleted. */
const rememberedMs = rememberedDays.long * dayMs

const lookupsAtOnce = 16

/** Of what is read at once: a policy may have made a million changes in the time that the history goes back. */
const windowMs = dayMs
const windowsAtOnce = 4

const undoable: readonly RecordedChange['action'][] = ['deleted', 'archived', 'object-deleted', 'deletion-started']

export interface UndoableOf {
  /** `cluster/namespace/name`. */
  readonly policy: string
  readonly from: Date
  readonly isWanted: (change: RecordedChange) => boolean
}

/** What is wanted of what a policy deleted, archived or began to, oldest first and as far back as the history goes. */
export async function listUndoable(
  { policy, from, isWanted }: UndoableOf,
  store: Pick<Store, 'listPolicyChanges'>,
  now: Date,
): Promise<RecordedChange[]> {
  const earliestMs = Math.max(from.getTime(), now.getTime() - rememberedMs)
  const starts: number[] = []
  for (let ms = earliestMs; ms <= now.getTime(); ms += windowMs) starts.push(ms)
  const read = async (ms: number) => {
    const end = new Date(Math.min(ms + windowMs - 1, now.getTime()))
    const changes = await store.listPolicyChanges(policy, new Date(ms), end)
    return changes.filter(change => undoable.includes(change.action) && isWanted(change))
  }
  return (await pMap(starts, read, { concurrency: windowsAtOnce })).flat()
}

/** The images of such changes, by repository. */
export const imagesOf = async (changes: readonly RecordedChange[], store: Store): Promise<RestoreTarget[]> =>
  targetsOf(await pFilter(changes, change => isImage(change, store), { concurrency: lookupsAtOnce }))

/**
 * Everything that a run deleted, archived or began to, by repository.
 * @throws InvalidInputError for a run that is not known, which names those that are, and for one that deleted nothing
 */
export async function findRun({ policy, runId }: RunName, store: Store, now: Date): Promise<RestoreTarget[]> {
  const record = await store.findPolicy(policy)
  const run = record?.runs.find(one => one.runId === runId)
  const from = run?.startTime ?? new Date(0)
  const changes = await listUndoable({ policy, from, isWanted: change => change.runId === runId }, store, now)
  if (changes.length > 0) return imagesOf(changes, store)
  if (run)
    throw new InvalidInputError(`run ${policy}/${runId}: expected one that deleted or archived something, it did not`)
  const known = (record?.runs ?? []).map(one => `\n  ${policy}/${one.runId} of ${one.startTime.toISOString()}`)
  const what = known.length > 0 ? `; known are${known.join('')}` : `; nothing is known of policy ${policy}`
  const [cluster = ''] = policy.split('/')
  throw new UnknownHereError(`run ${policy}/${runId}: expected a run of the policy${what}`, { cluster })
}

/** A sync may have recorded the dummy that some registries need for the delete of a tag; the sweep then cleared it away. */
async function isImage({ repository, digest }: RecordedChange, store: Store): Promise<boolean> {
  const image = isDigest(digest) ? await store.findImage(repository, digest) : undefined
  return image?.artifactType !== dummyArtifactType
}

function targetsOf(changes: readonly RecordedChange[]): RestoreTarget[] {
  return [...Map.groupBy(changes, change => change.repository)].map(([repository, own]) => {
    const digests: Digest[] = [...new Set(own.map(change => change.digest).filter(isDigest))]
    // The archive knows the tags of the last deletion of an image alone, and an earlier one may have taken others.
    const tags = own.flatMap(({ action, digest, tag }) =>
      action === 'deleted' && tag !== undefined && isDigest(digest) ? [{ digest, tag }] : [],
    )
    return {
      repository,
      ...partsOf(repository),
      roots: [...digests.map(digest => ({ digest })), ...tags],
    }
  })
}

/**
 * Reads `CLUSTER/NAMESPACE/POLICY/RUNID`; the cluster may be left out where only one is configured.
 * @throws InvalidInputError
 */
export function parseRunName(text: string, clusters: readonly string[]): RunName {
  const parts = text.split('/')
  const [only] = clusters
  const full = parts.length === 3 && only !== undefined && clusters.length === 1 ? [only, ...parts] : parts
  const [cluster = '', namespace = '', name = '', runId = ''] = full
  if (full.length !== 4 || full.includes(''))
    throw new InvalidInputError(
      `--run: expected CLUSTER/NAMESPACE/POLICY/RUN${clusters.length === 1 ? ' or NAMESPACE/POLICY/RUN' : ''}, got ${text}`,
    )
  if (!clusters.includes(cluster))
    throw new InvalidInputError(`--run: expected one of the clusters ${clusters.join(', ')}, got ${cluster}`)
  return { policy: `${cluster}/${namespace}/${name}`, runId }
}
