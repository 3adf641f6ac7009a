import { createHash } from 'node:crypto'
import type { Tenant } from '../domain/grants/rights.ts'
import { findCondition } from '../objects/conditions.ts'
import type { KnownRegistrySecret } from '../objects/lending.ts'
import type { Policy } from '../objects/policy-object.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { Rulebook } from '../settings.ts'
import { type Coverage, coverageOf, coverageVersions, notCovered } from './cleanup-coverage.ts'
import {
  type Facts,
  type Kept,
  minuteOf,
  owe,
  pack,
  type Reason,
  reasonFor,
  stronger,
  type Trust,
  tell,
  unpack,
} from './look-reason.ts'
import { manualSyncOf, notedAsksOf, objectAskOf } from './object-ask.ts'
import { coveredOf, idOf, type Tracked, trackedObject } from './tracked-object.ts'
import type { TrackedPlace } from './tracking.ts'

/** A Repository object, and what its status is made of beside the records of its repository. */
export interface SeenObject {
  readonly one: Tracked
  readonly coverage: Coverage
  /** Where it leads, what its policies say, its labels: another text where one of them is another. */
  readonly key: string
  /** It is looked at for no other reason than that its turn came: what it shows may be as of a moment ago. */
  readonly isInTurn?: true
}

/** What a run has to do for the objects of a cluster. */
export interface Selected {
  /** Those that are looked at whole. */
  readonly whole: readonly SeenObject[]
  /** Those whose sync is due, by what they show, and of which nothing else is to be said. */
  readonly due: readonly SeenObject[]
}

/** What decides where the Repository objects of a cluster lead, and what policies say of them. */
export interface Surroundings extends Trust {
  readonly known: readonly KnownRegistrySecret[]
  readonly policies: readonly Policy[]
  readonly tenantOf: (namespace: string) => Tenant
  readonly rulebook: Rulebook
  /** Another value where one of these may be another. */
  readonly version: string
}

/**
 * The Repository objects of a cluster as a process has seen them, so that a run reads of the store what it has reason to:
 * what an object shows changes with events that name its repository (a sync, a mark, a use, a deletion), and with what is
 * kept here. What the process has not seen before is looked at.
 */
export class SeenObjects {
  readonly #kept = new Map<string, Kept>()
  #surroundings = ''

  get uids(): readonly string[] {
    return [...this.#kept.keys()]
  }

  /** False where nothing is to be done for it: it is there already, or our own write made it. */
  put(object: CustomObject): boolean {
    const { uid, resourceVersion: version } = object.metadata
    const before = this.#kept.get(uid)
    if (before?.version === version) return false
    const { told, ownVersion, lookedAt = 0, isOwed } = before ?? {}
    const owed = isOwed && { isOwed }
    this.#kept.set(uid, { packed: pack(object), version, facts: undefined, told, ownVersion, lookedAt, ...owed })
    return version !== ownVersion
  }

  remove(uid: string): void {
    this.#kept.delete(uid)
  }

  /** The repositories that objects lead to, each with the paths by which they do. */
  places(around: Surroundings): TrackedPlace[] {
    if (around.version !== this.#surroundings) for (const kept of this.#kept.values()) kept.facts = undefined
    this.#surroundings = around.version
    const versionOf = coverageVersions(around.policies)
    const places = new Map<string, TrackedPlace>()
    for (const kept of this.#kept.values()) {
      if (kept.facts === undefined) kept.facts = factsOf(unpack(kept.packed), around, versionOf)
      const { id: repository, path } = kept.facts ?? {}
      if (repository === undefined || path === undefined) continue
      places.set(`${repository} ${path}`, { repository, path })
    }
    return [...places.values()]
  }

  /** Those that are to be looked at, with all others of the same repositories, since these share their syncs. */
  select(around: Surroundings, unknownIn: ReadonlySet<string>, now: Date): Selected {
    const reasons = new Map<string, Reason>()
    const all = [...this.#kept.values()].flatMap(kept => (kept.facts ? [{ kept, facts: kept.facts }] : []))
    for (const { kept, facts } of all) {
      const reason = reasonFor(kept, facts, isKnownIn(unknownIn, facts.id), around, now)
      if (reason) reasons.set(facts.name, stronger(reason, reasons.get(facts.name)))
    }
    const byReason = Map.groupBy(all, ({ facts }) => reasons.get(facts.name))
    const of = (reason: Reason) =>
      lookAt(
        (byReason.get(reason) ?? []).map(({ kept }) => unpack(kept.packed)),
        around,
      )
    const inTurn = of('turn').map(one => ({ ...one, isInTurn: true as const }))
    return { whole: [...of('news'), ...inTurn], due: of('due') }
  }

  /** What is due of one, by the records of its syncs, whatever its status says. */
  noteNext(uid: string, next: Date | undefined): void {
    const kept = this.#kept.get(uid)
    if (kept) kept.nextMs = next?.getTime() ?? Number.POSITIVE_INFINITY
  }

  /** The status of one says what there is to say, or could not be written, so that it is looked at again. */
  note({ one, key }: SeenObject, isTold: boolean, unknownIn: ReadonlySet<string>, now: Date): void {
    const isUsageKnown = isKnownIn(unknownIn, idOf(one))
    const { uid, resourceVersion: version } = one.object.metadata
    const kept = this.#kept.get(uid)
    if (!kept) return
    if (isTold) tell(kept, { version, key, isUsageKnown })
    else owe(kept)
    kept.lookedAt = minuteOf(now)
    delete kept.nextMs
  }

  /** Our own write made this version of an object, which is no news. */
  noteWritten(uid: string, version: string): void {
    const kept = this.#kept.get(uid)
    if (kept) kept.ownVersion = version
  }

  /** An event of a repository could not be told to its objects: they are looked at again. */
  owe(id: string): void {
    for (const kept of this.#kept.values()) if (!kept.facts || kept.facts.id === id) owe(kept)
  }
}

/** These objects and no others; those that cannot be read are left out. */
export function lookAt(
  objects: readonly CustomObject[],
  { known, policies, tenantOf, rulebook }: Surroundings,
): SeenObject[] {
  const tracked = objects.flatMap(object => trackedObject(object, known, tenantOf(object.metadata.namespace), rulebook))
  const coverage = coverageOf(policies, tracked.flatMap(coveredOf))
  return tracked.map(one => {
    const found = coverage.get(one.object.metadata.uid) ?? notCovered
    return { one, coverage: found, key: keyOf(one, found.version) }
  })
}

/** In parts of so many repositories. */
export function partsOf(objects: readonly SeenObject[], repositories: number): SeenObject[][] {
  const groups = [...Map.groupBy(objects, ({ one }) => nameOf(one)).values()]
  const count = Math.ceil(groups.length / repositories)
  return Array.from({ length: count }, (_, at) => groups.slice(at * repositories, (at + 1) * repositories).flat())
}

const nameOf = (one: Tracked): string => idOf(one) ?? one.object.metadata.uid

/** It is known what is in use of a repository; of an object that leads nowhere there is nothing to be known. */
const isKnownIn = (unknownIn: ReadonlySet<string>, id = ''): boolean => !unknownIn.has(id)

function factsOf(
  object: CustomObject,
  { known, tenantOf, rulebook }: Surroundings,
  coverageVersionOf: ReturnType<typeof coverageVersions>,
): Facts | null {
  const [one] = trackedObject(object, known, tenantOf(object.metadata.namespace), rulebook)
  if (!one) return null
  const [covered] = coveredOf(one)
  const key = keyOf(one, covered ? coverageVersionOf(covered) : notCovered.version)
  return { name: nameOf(one), id: idOf(one), path: one.spec.repository, key, opensAtMs: opensAtOf(one) }
}

function keyOf({ registry, object }: Tracked, coverageVersion: string): string {
  const leadsTo = registry.problem ? registry.problem.message : [registry.domain, registry.credential]
  const text = JSON.stringify([leadsTo, coverageVersion, object.metadata.labels])
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

/** At once where its status does not tell yet of all that it asks; else when its next sync is due. */
function opensAtOf(one: Tracked): number {
  const { object, spec, registry } = one
  const { metadata, status } = object
  if (status.observedGeneration !== metadata.generation || manualSyncOf(metadata) !== undefined) return 0
  const repository = idOf(one)
  if (registry.problem || repository === undefined) return Number.POSITIVE_INFINITY
  const { credential } = registry
  const ask = objectAskOf({ object, repository, credential, requests: spec.syncRequests, sync: undefined })
  // A restore puts a tag back without an event.
  const isTagMissing = findCondition(status, 'Synced')?.reason === 'TagNotFound'
  if (!ask.isNoted || notedAsksOf(object).requestedSync !== undefined || isTagMissing) return 0
  return spec.suspend ? Number.POSITIVE_INFINITY : Date.parse(String(status.nextSyncTime)) || 0
}
