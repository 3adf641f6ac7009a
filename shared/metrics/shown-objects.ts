import { isDeepStrictEqual } from 'node:util'
import { largestGroups, mostFailing } from '../domain/metrics/largest-groups.ts'
import type { ObjectGaugesRecord } from '../domain/records/metrics.ts'
import { findCondition } from '../objects/conditions.ts'
import type { CustomObject } from '../ports/cluster.ts'

/** What of a Repository object is measured. */
interface ShownObject {
  readonly namespace: string
  readonly name: string
  /** `host/path`; the path alone while its registry is not known. */
  readonly image: string
  readonly tag: string | undefined
  readonly status: string
  readonly failures: number
  readonly syncedAtMs: number | undefined
  readonly isInDanger: boolean
}

export type ObjectCounts = Pick<ObjectGaugesRecord, 'versions' | 'failures' | 'dropped' | 'namespaces' | 'oldestSyncAt'>

/** The Repository objects of a cluster as their specs and statuses show them, for what is measured of them. */
export class ShownObjects {
  readonly #shown = new Map<string, ShownObject>()
  /** A process may hold hundreds of thousands of objects, which have few namespaces and images. */
  readonly #texts = new Map<string, string>()
  #changes = 0

  /** Another value where an object may be another. */
  get version(): number {
    return this.#changes
  }

  put(object: CustomObject): void {
    const { uid } = object.metadata
    const shown = this.#shownOf(object)
    if (isDeepStrictEqual(shown, this.#shown.get(uid))) return
    this.#shown.set(uid, shown)
    this.#changes += 1
  }

  remove(uid: string): void {
    if (this.#shown.delete(uid)) this.#changes += 1
  }

  counts(): ObjectCounts {
    const shown = [...this.#shown.values()]
    const versions = largestGroups(shown)
    const failing = mostFailing(shown)
    const oldestSyncAt = oldestOf(shown)
    return {
      versions: versions.groups,
      failures: failing.shown.map(({ namespace, name, image, tag, failures }) => ({
        namespace,
        name,
        image: tag === undefined ? image : `${image}:${tag}`,
        failures,
      })),
      dropped: { versions: versions.dropped, failures: failing.dropped },
      namespaces: [...Map.groupBy(shown, one => one.namespace)].map(([namespace, objects]) => ({
        namespace,
        byStatus: countBy(objects, one => one.status),
        inDanger: objects.filter(one => one.isInDanger).length,
      })),
      ...(oldestSyncAt && { oldestSyncAt }),
    }
  }

  #shownOf({ metadata: { namespace, name }, spec, status }: CustomObject): ShownObject {
    const { repository = '', tag, suspend } = spec as { repository?: string; tag?: string; suspend?: boolean }
    const { domain, syncStatus, failureCount, lastSynced } = status
    const image = typeof domain === 'string' ? `${domain}/${repository}` : repository
    const syncedAtMs = Date.parse(String(lastSynced))
    return {
      namespace: this.#shared(namespace),
      name,
      image: this.#shared(image),
      tag,
      status: this.#shared(typeof syncStatus === 'string' ? syncStatus : 'Pending'),
      failures: typeof failureCount === 'number' ? failureCount : 0,
      // One that is suspended grows old on purpose.
      syncedAtMs: suspend === true || Number.isNaN(syncedAtMs) ? undefined : syncedAtMs,
      isInDanger: findCondition(status, 'InDanger')?.status === 'True',
    }
  }

  #shared(text: string): string {
    const known = this.#texts.get(text)
    if (known === undefined) this.#texts.set(text, text)
    return known ?? text
  }
}

/** In ten minutes statuses are written that say nothing new but this. */
const stepMs = 10 * 60_000

function oldestOf(shown: readonly ShownObject[]): Date | undefined {
  const oldestMs = shown.reduce(
    (least, { syncedAtMs = least }) => Math.min(least, syncedAtMs),
    Number.POSITIVE_INFINITY,
  )
  return Number.isFinite(oldestMs) ? new Date(Math.floor(oldestMs / stepMs) * stepMs) : undefined
}

function countBy<T>(all: readonly T[], nameOf: (one: T) => string): Record<string, number> {
  const groups = [...Map.groupBy(all, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(groups.map(([name, ones]) => [name, ones.length]))
}
