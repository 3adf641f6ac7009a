import type { ImageRecord } from '../../domain/records/images.ts'
import { relatedAmong } from '../../domain/retention/graph/related.ts'
import { listingOf } from '../../domain/retention/listing/listing.ts'
import { type Together, takeByPace } from '../../domain/retention/pace.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { hasOwnMark } from '../world/own-mark.ts'
import { imagesOf, type RepositoryWorld } from '../world/read-world.ts'
import { digestKey } from '../world/rivals.ts'
import { wantedDigests } from './plan-marks.ts'

/** What a run marks now, and what it leaves to later ones. */
export interface Turn {
  readonly mayMark: (image: ImageRecord) => boolean
  /** Images whose turn it is not. */
  readonly waiting: number
}

/** What the run has done, and what it may begin with. */
export interface TurnAsked {
  /** What the run has marked before, by `repository@digest`. */
  readonly marked: ReadonlySet<string>
  /** Which images without a mark it may take at all. */
  readonly mayBegin: (image: ImageRecord) => boolean
}

/** Nothing is marked. */
export const noTurn: Turn = { mayMark: () => false, waiting: 0 }

/**
 * Whose turn it is, by the pace of the policy. A mark of another spec of the policy is no mark: it waits for its turn like
 * any other image.
 */
export function takeTurn(evaluation: Evaluation, worlds: readonly RepositoryWorld[], asked: TurnAsked): Turn {
  const wanted = wantedDigests(evaluation)
  const groups = worlds
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(world => groupsOf(evaluation, world, wanted, asked))
  const taken = takeByPace(groups, evaluation.policy.spec.maxDeletionsPerRun, asked.marked.size)
  const keys = new Set(taken.flatMap(group => group.keys))
  const all = groups.reduce((sum, group) => sum + group.keys.length, 0)
  return { mayMark: ({ repository, digest }) => keys.has(digestKey(repository, digest)), waiting: all - keys.size }
}

interface Group extends Together {
  /** The images to mark, by `repository@digest`. */
  readonly keys: readonly string[]
}

function groupsOf(
  { policy, owner }: Evaluation,
  world: RepositoryWorld,
  wanted: ReadonlySet<string>,
  { marked, mayBegin }: TurnAsked,
): Group[] {
  const candidates = new Map<string, ImageRecord>(
    world.images
      .filter(image => wanted.has(digestKey(world.id, image.digest)) && isCandidate(image))
      .map(image => [image.digest, image]),
  )
  if (candidates.size === 0) return []
  function isCandidate(image: ImageRecord): boolean {
    if (image.mark === undefined) return mayBegin(image)
    return image.mark.policy === policy.id && !hasOwnMark(policy, owner, image)
  }
  const listing = listingOf(world.id, imagesOf(world))
  const digestAt = (place: number) => listing.images[place]?.digest ?? ''
  const places = [...listing.order].filter(place => wanted.has(digestKey(world.id, digestAt(place))))
  return [...relatedAmong(listing, places)].flatMap((group): Group[] => {
    const images = group.flatMap(place => candidates.get(digestAt(place)) ?? [])
    if (images.length === 0) return []
    const keys = images.map(image => digestKey(world.id, image.digest))
    return [
      {
        keys,
        size: keys.filter(key => !marked.has(key)).length,
        pushedMs: Math.min(...images.map(image => image.pushedAt.at.getTime())),
        isBegun: group.some(place => marked.has(digestKey(world.id, digestAt(place)))),
        isRetry: images.some(image => image.change.action === 'delete-failed'),
      },
    ]
  })
}
