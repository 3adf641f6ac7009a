import { dayMs } from './duration.ts'
import type { ArrivalRecord } from './records/installation.ts'
import { partsOf } from './repository-id.ts'

/** Where events of a repository are known by: all below the first part of its path, and the repository by itself. */
export interface ArrivalPlaces {
  readonly project: string
  readonly repository: string
}

/** `id` is `host/path`. Webhooks are set up for a registry, a project or a repository, never for half a project. */
export function arrivalPlaces(id: string): ArrivalPlaces {
  const { registry, path } = partsOf(id)
  const [first = ''] = path.split('/')
  return { project: `${registry}/${first}`, repository: id }
}

/**
 * Whether a change of the repository is known to be told by its registry's events: one came, of the repository or of another
 * of its project, and no full sync found since what none had told. After that only an event of the repository itself counts.
 */
export function doEventsArrive(id: string, arrivals: readonly ArrivalRecord[]): boolean {
  const { project, repository } = arrivalPlaces(id)
  const own = arrivals.find(({ place }) => place === repository)
  if (own?.missedAt) return own.cameAt !== undefined && own.cameAt > own.missedAt
  return own?.cameAt !== undefined || arrivals.some(({ place, cameAt }) => place === project && cameAt !== undefined)
}

/** So long an event counts. */
const rememberedDays = 90
/** An event is noted so often, however many come. */
const notedEveryMs = dayMs

/** What is to be noted of an event that came for a repository: nothing where that is known. */
export function arrivalsOfEvent(id: string, known: readonly ArrivalRecord[], now: Date): ArrivalRecord[] {
  const { project, repository } = arrivalPlaces(id)
  const find = (wanted: string) => known.find(({ place }) => place === wanted)
  const ofProject = find(project)
  const isOld = !ofProject?.cameAt || now.getTime() - ofProject.cameAt.getTime() >= notedEveryMs
  const isMissed = find(repository)?.missedAt !== undefined && !doEventsArrive(id, known)
  const places = new Set([...(isOld ? [project] : []), ...(isMissed ? [repository] : [])])
  return [...places].map(place => remembered({ ...find(place), place, cameAt: now }, now))
}

/** What is to be noted where a full sync found a change that no event had told: nothing where none is known to come. */
export function arrivalsOfMissed(id: string, known: readonly ArrivalRecord[], now: Date): ArrivalRecord[] {
  if (!doEventsArrive(id, known)) return []
  const own = known.find(({ place }) => place === id)
  return [remembered({ ...own, place: id, missedAt: now }, now)]
}

const remembered = (record: Omit<ArrivalRecord, 'expiresAtSeconds'>, now: Date): ArrivalRecord => ({
  ...record,
  expiresAtSeconds: Math.floor((now.getTime() + rememberedDays * dayMs) / 1000),
})
