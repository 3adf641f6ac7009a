import { type AuditEntry, auditActions, type RecordedChange, rememberedDays } from '../../shared/domain/audit.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { dayMs } from '../../shared/domain/duration.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { Store } from '../../shared/ports/store.ts'
import { getImage, type KnownImage } from '../connect/find-image.ts'
import { getPolicy, parsePolicyName } from '../connect/find-policy.ts'
import { getNamedImage } from '../connect/find-repository.ts'
import type { Installation } from '../connect/installation.ts'
import { nearestOf } from '../connect/nearest.ts'
import { objectImage } from '../connect/object-image.ts'
import { runOf } from '../io/run-id.ts'
import { type ChangesAsked, changeFilter } from './change-filter.ts'

/** What is asked for; at least one of the three is given. */
export interface HistoryRequest extends ChangesAsked {
  /** `NAMESPACE/NAME`, or `CLUSTER/NAMESPACE/NAME`. */
  readonly policy?: string
  readonly since?: Date
  /** The last moment that is asked for; now where absent. */
  readonly until?: Date
  readonly now: Date
}

/** One change as the command shows it. `at` is RFC 3339, UTC. */
export interface ShownChange {
  readonly at: string
  readonly actor: string
  readonly action: AuditEntry['action']
  readonly repository: string
  readonly digest: string
  readonly tag?: string
  /** `CLUSTER/NAMESPACE/POLICY/RUN`, for `restore --run`. */
  readonly run?: string
  readonly reason: string
  readonly facts: readonly string[]
  readonly id: string
}

/** From before that there is nothing to ask for. */
const rememberedMs = rememberedDays.long * dayMs
/** A person's clock may be behind that of the functions. */
const maxSkewMs = 15 * 60_000

/**
 * The audit trail of an image, of a policy or of a time, oldest first, and in the order in which things happen where
 * the time is one. Throws InvalidInputError for what is not known, and for a time to come.
 */
export const listShownChanges = async (request: HistoryRequest, installation: Installation): Promise<ShownChange[]> =>
  (await readShownChanges(request, installation)).changes

/** As {@link listShownChanges}, with how many changes were read to find those. */
export async function readShownChanges(
  request: HistoryRequest,
  installation: Installation,
): Promise<{ readonly changes: ShownChange[]; readonly readCount: number }> {
  const { since, now } = request
  if (since !== undefined && since > now)
    throw new InvalidInputError(`--since: expected a time that is over, got ${since.toISOString()}`)
  const from = since ?? new Date(now.getTime() - rememberedMs)
  const [{ changes, readCount }, isAsked] = await Promise.all([
    listRecorded(request, from, installation),
    changeFilter(request, installation),
  ])
  return { changes: changes.filter(isAsked).toSorted(byTime).map(shownChange), readCount }
}

const beginnings: readonly AuditEntry['action'][] = ['image-recorded', 'tag-created']

/**
 * Before when only a part of what was asked for is kept; undefined where nothing can be missing: what is asked for began
 * later, or is the history of an image that shows its beginning.
 */
export function forgottenBefore(
  { image, since, now }: HistoryRequest,
  [first]: readonly Pick<ShownChange, 'action'>[],
): Date | undefined {
  const limit = new Date(now.getTime() - rememberedDays.short * dayMs)
  if (since !== undefined) return since < limit ? limit : undefined
  return image !== undefined && !(first && beginnings.includes(first.action)) ? limit : undefined
}

async function listRecorded(
  { image: named, namespace, policy, since, until, now }: HistoryRequest,
  from: Date,
  installation: Installation,
): Promise<{ readonly changes: readonly RecordedChange[]; readonly readCount: number }> {
  const image = named === undefined ? undefined : await objectImage(named, namespace, installation)
  const id = policy === undefined ? undefined : await getPolicyId(policy, installation)
  if (image === undefined || isRepository(image)) {
    const repository = image && (await getRepository(image, id ?? since, installation))
    const to = until ?? new Date(now.getTime() + maxSkewMs)
    const { store } = installation
    const changes = await (id === undefined ? store.listChanges(from, to) : store.listPolicyChanges(id, from, to))
    const isOfRepository = (one: RecordedChange) => repository === undefined || one.repository === repository
    return { changes: changes.filter(isOfRepository), readCount: changes.length }
  }
  const changes = await listImageChanges(await getImage(image, installation), installation.store)
  const isOfTime = ({ at }: RecordedChange) => at >= from && (until === undefined || at <= until)
  const isAsked = (one: RecordedChange) => isOfTime(one) && (id === undefined || one.actor === `policy ${id}`)
  return { changes: changes.filter(isAsked), readCount: changes.length }
}

/** True for a name with neither tag nor digest. */
export const isRepository = (text: string): boolean => !/[:@]/.test(text.slice(text.lastIndexOf('/') + 1))

/** @throws InvalidInputError where nothing bounds what is to be read: the trail lies by image and by time */
async function getRepository(text: string, bound: string | Date | undefined, installation: Installation) {
  const { repository } = await getNamedImage(text, installation)
  if (bound !== undefined) return repository
  const tags = (await installation.store.listTags(repository)).map(one => one.tag)
  const some = tags.length === 0 ? '' : `; among its tags are ${nearestOf('', tags).join(', ')}`
  throw new InvalidInputError(
    `expected a tag or a digest as in ${repository}:TAG, or --since or --policy for all of the repository, got neither${some}`,
  )
}

/** One of a later version comes last: what it follows is not known here. */
const placeOf = ({ action }: RecordedChange): number =>
  (auditActions.indexOf(action) + auditActions.length + 1) % (auditActions.length + 1)

const byTime = (a: RecordedChange, b: RecordedChange): number =>
  a.at.getTime() - b.at.getTime() || placeOf(a) - placeOf(b)

const shownChange = ({
  at,
  actor,
  action,
  repository,
  digest,
  tag,
  runId,
  reason,
  facts,
  id,
}: RecordedChange): ShownChange => ({
  at: at.toISOString(),
  actor,
  action,
  repository,
  digest,
  ...(tag !== undefined && { tag }),
  ...runOf({ actor, ...(runId !== undefined && { runId }) }),
  reason,
  facts,
  id,
})

/** All of the digest, and of the digest that the tag pointed at before, what happened to the tag. */
async function listImageChanges({ repository, digest, tag }: KnownImage, store: Store): Promise<RecordedChange[]> {
  const own = await store.listHistory(repository, digest)
  const before =
    tag?.previousDigest === undefined ? [] : await listTagChanges(repository, tag.previousDigest, tag.tag, store)
  const once = new Map([...before, ...own].map(entry => [entry.id, { repository, ...entry }]))
  return [...once.values()]
}

const listTagChanges = async (repository: string, digest: Digest, tag: string, store: Store): Promise<AuditEntry[]> =>
  (await store.listHistory(repository, digest)).filter(entry => entry.tag === tag)

/** A policy that ran, also one whose object is gone; one that never ran must have an object. */
async function getPolicyId(text: string, installation: Installation): Promise<string> {
  const clusters = installation.settings.clusters.map(cluster => cluster.name)
  if (clusters.length === 0) throw new InvalidInputError('expected a cluster in the settings, found none')
  const { cluster, namespace, name } = parsePolicyName(text, clusters)
  const id = `${cluster}/${namespace}/${name}`
  if ((await installation.store.findPolicy(id)) !== undefined) return id
  return (await getPolicy(text, await installation.connectClusters(), installation.rulebook.limits)).policy.id
}
