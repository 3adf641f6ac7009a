import pMap from 'p-map'
import { missingGrantText } from '../../domain/grants/missing-grant.ts'
import { secondsOf } from '../../domain/instant.ts'
import type { Transition } from '../../domain/lifecycle/transition.ts'
import { type ActionWords, actionWords } from '../../domain/policy/action-words.ts'
import type { ImageRecord } from '../../domain/records/images.ts'
import { ShelflifeError, StoreUnavailableError } from '../../errors.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Cluster, CustomObject, ObjectEvent } from '../../ports/cluster.ts'
import type { AllClusters } from '../world/cluster-lists.ts'
import type { CoveredObject } from '../world/covered-object.ts'
import type { RepositoryWorld } from '../world/read-world.ts'
import { digestKey, tagKey } from '../world/rivals.ts'
import { outsidersWithoutStanding } from '../world/tracked-by-others.ts'

/** Events are written one by one to clusters that others use as well. */
const maxEvents = 50
const concurrency = 8

export interface PlannedMarks {
  readonly policy: Policy
  readonly covered: readonly CoveredObject[]
  readonly worlds: readonly RepositoryWorld[]
  readonly marks: readonly Transition[]
}

/** What one object is told of the marks. */
interface Announcement {
  readonly one: CoveredObject
  /** `host/path:tag`, or the digest where there is none. */
  readonly images: readonly string[]
  readonly deleteAfter: Date
  readonly words: ActionWords
}

/**
 * Records an Event on the objects of other namespaces without standing that track what is about to be marked. Before
 * the marks are made: a run that is killed in between records the Event again with the mark, which is counted as equal.
 * At most {@link maxEvents}, the first of each namespace before the second of any; how many are left is an Event of the
 * policy. An Event that cannot be recorded stops nothing.
 */
export async function announceMarks(
  planned: PlannedMarks,
  all: Pick<AllClusters, 'clusters' | 'tracked' | 'tenants'>,
): Promise<void> {
  if (planned.marks.length === 0) return
  const { policy, covered } = planned
  const outsiders = outsidersWithoutStanding(policy, covered, all.tracked, all.tenants)
  if (outsiders.length === 0) return
  const announcements = inTurn(announcementsOf(outsiders, planned))
  const announce = (object: CustomObject, message: string) =>
    recordQuietly(all.clusters, object, { type: 'Warning', reason: 'CleanupPlanned', message })
  await pMap(announcements.slice(0, maxEvents), one => announce(one.one.object, messageOf(one)), { concurrency })
  const left = announcements.length - maxEvents
  if (left > 0)
    await announce(policy.object, `${left} more objects that track what is marked now were not told so by an Event`)
}

function announcementsOf(outsiders: readonly CoveredObject[], { policy, worlds, marks }: PlannedMarks): Announcement[] {
  const tags = new Map(
    worlds.flatMap(world => world.tags.map(({ tag, digest }) => [tagKey(world.id, tag), digestKey(world.id, digest)])),
  )
  const marked = marks.flatMap(({ draft }) => (draft.mark ? [{ ...draft, mark: draft.mark }] : []))
  const byDigest = new Map(marked.map(image => [digestKey(image.repository, image.digest), image]))
  const words = actionWords(policy.spec.action)
  const byRepository = Map.groupBy(marked, image => image.repository)
  return outsiders.flatMap(one => {
    const ofTag = one.tag === undefined ? undefined : byDigest.get(tags.get(tagKey(one.repository, one.tag)) ?? '')
    const images = one.tag === undefined ? (byRepository.get(one.repository) ?? []) : ofTag ? [ofTag] : []
    const [first] = images.map(image => image.mark.deleteAfter).sort((a, b) => a.getTime() - b.getTime())
    return first ? [{ one, images: images.map(image => titleOf(one, image)), deleteAfter: first, words }] : []
  })
}

const titleOf = ({ tag }: CoveredObject, { repository, digest }: Pick<ImageRecord, 'repository' | 'digest'>): string =>
  tag === undefined ? digestKey(repository, digest) : tagKey(repository, tag)

/** The first of each namespace, then the second of each: no namespace takes the turns of others by many objects. */
function inTurn(announcements: readonly Announcement[]): Announcement[] {
  const turns = [
    ...Map.groupBy(announcements, ({ one: { object } }) => `${object.cluster}/${object.metadata.namespace}`).values(),
  ]
  return turns
    .flatMap(ofNamespace => ofNamespace.map((one, turn) => ({ one, turn })))
    .sort((a, b) => a.turn - b.turn)
    .map(({ one }) => one)
}

/** What would keep it stands before what may be cut off, since an Event holds some 1,000 bytes. */
function messageOf({ one: { object, registry, path }, images, deleteAfter, words }: Announcement): string {
  const [first] = images
  const what = images.length === 1 ? first : `${images.length} images of ${registry}/${path}`
  const tenant = { cluster: object.cluster, name: object.metadata.namespace }
  return `a policy of another namespace ${words.third} ${what} after ${secondsOf(deleteAfter)} unless something needs it by then; a grant would keep it: ${missingGrantText(registry, tenant, path, 'read')}`
}

async function recordQuietly(clusters: readonly Cluster[], object: CustomObject, event: ObjectEvent): Promise<void> {
  try {
    await clusters.find(({ name }) => name === object.cluster)?.recordEvent(object, event)
  } catch (error) {
    // The object was deleted, or its cluster does not answer now: the marks are made all the same.
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
  }
}
