import { createHash } from 'node:crypto'
import { hashNumber } from '../domain/hash-number.ts'
import { findCondition } from '../objects/conditions.ts'
import type { Coverage } from './cleanup-coverage.ts'
import { manualSyncOf, notedAsksOf, objectAskOf } from './object-ask.ts'
import { idOf, type Tracked } from './tracked-object.ts'

/** A Repository object, and what its status is made of beside the records of its repository. */
export interface SeenObject {
  readonly one: Tracked
  readonly coverage: Coverage
  /** It is known what is in use in its registry. */
  readonly isUsageKnown: boolean
}

/** Every repository is looked at once in so many minutes, so that an event that was lost costs no more. */
const sliceMinutes = 60

/**
 * What a process has seen of the objects of each cluster, so that a run reads of the store what it has reason to: what an
 * object shows changes with events that name its repository (a sync, a mark, a use, a deletion), and with what is kept
 * here. A process that has seen nothing yet looks at everything.
 */
export class SeenObjects {
  readonly #seen = new Map<string, Map<string, string>>()
  /** The minute of the last run, since 1970. */
  readonly #lastMinute = new Map<string, number>()

  /** Those that are to be looked at, with all others of the same repositories, since these share their syncs. */
  select(cluster: string, all: readonly SeenObject[], now: Date): readonly SeenObject[] {
    const before = this.#seen.get(cluster) ?? new Map<string, string>()
    const uids = new Set(all.map(uidOf))
    this.#seen.set(cluster, new Map([...before].filter(([uid]) => uids.has(uid))))
    const minute = Math.floor(now.getTime() / 60_000)
    const last = this.#lastMinute.get(cluster) ?? minute - 1
    this.#lastMinute.set(cluster, minute)
    const isNews = (object: SeenObject) =>
      before.get(uidOf(object)) !== keyOf(object) || isOpen(object.one, now) || isInTurn(object.one, last, minute)
    const repositories = new Set(all.filter(isNews).map(nameOf))
    return all.filter(object => repositories.has(nameOf(object)))
  }

  /** Something of a cluster may have been missed: all of it is looked at again. */
  forget(cluster: string): void {
    this.#seen.delete(cluster)
  }

  /** The status of one says what there is to say, or could not be written, so that it is looked at again. */
  note(cluster: string, object: SeenObject, isTold: boolean): void {
    const seen = this.#seen.get(cluster)
    if (isTold) seen?.set(uidOf(object), keyOf(object))
    else seen?.delete(uidOf(object))
  }
}

/** In parts of so many repositories. */
export function partsOf(objects: readonly SeenObject[], repositories: number): SeenObject[][] {
  const groups = [...Map.groupBy(objects, nameOf).values()]
  const count = Math.ceil(groups.length / repositories)
  return Array.from({ length: count }, (_, at) => groups.slice(at * repositories, (at + 1) * repositories).flat())
}

const uidOf = ({ one }: SeenObject): string => one.object.metadata.uid

/** One that leads nowhere is looked at by itself. */
const nameOf = (seen: SeenObject): string => idOf(seen.one) ?? uidOf(seen)

function keyOf({ one, coverage, isUsageKnown }: SeenObject): string {
  const { registry, object } = one
  const leadsTo = registry.problem ? registry.problem.message : [registry.domain, registry.credential]
  const text = JSON.stringify([leadsTo, coverage.version, isUsageKnown, object.metadata.labels])
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

/** Its status does not tell yet of all that it asks, or its next sync is due. */
function isOpen(one: Tracked, now: Date): boolean {
  const { object, spec, registry } = one
  const { metadata, status } = object
  if (status.observedGeneration !== metadata.generation || manualSyncOf(metadata) !== undefined) return true
  const repository = idOf(one)
  if (registry.problem || repository === undefined) return false
  const { credential } = registry
  const ask = objectAskOf({ object, repository, credential, requests: spec.syncRequests, sync: undefined })
  // A restore puts a tag back without an event.
  const isTagMissing = findCondition(status, 'Synced')?.reason === 'TagNotFound'
  if (!ask.isNoted || notedAsksOf(object).requestedSync !== undefined || isTagMissing) return true
  return !spec.suspend && !(Date.parse(String(status.nextSyncTime)) > now.getTime())
}

/** The minute of the hour that is the repository's came since the last run. */
function isInTurn(one: Tracked, last: number, minute: number): boolean {
  const turn = hashNumber(idOf(one) ?? '') % sliceMinutes
  const sinceTurn = (minute - turn) % sliceMinutes
  return sinceTurn < minute - last
}
