import { isDeepStrictEqual } from 'node:util'
import { type ImageRecord, type Mark, type Stage, stages } from '../domain/records/images.ts'
import type { ObjectGaugesRecord } from '../domain/records/metrics.ts'
import type { RepositoryRecord } from '../domain/records/syncs.ts'

/** What was read of a repository; `marks` is undefined for one that is too large to be read at once. */
interface MeasuredView {
  readonly repository: RepositoryRecord | undefined
  readonly images: ReadonlyMap<string, ImageRecord>
  readonly marks: readonly Mark[] | undefined
}

interface Measure {
  readonly registry: string
  readonly bytes: number
  /** Undefined for a repository that is too large. */
  readonly byStage: Readonly<Record<Stage, number>> | undefined
  readonly marked: number
}

export type RepositorySums = Pick<ObjectGaugesRecord, 'stages' | 'marked' | 'repositories' | 'stored'>

/**
 * What the repositories of a cluster's objects hold, as each was when this process read it whole last: for what no other
 * process told of it before, and once an hour where this one leads. So nothing is read for this.
 */
export class RepositoryMeasures {
  readonly #measures = new Map<string, Measure>()
  /** When each was looked at last, also where nothing of it was new. */
  readonly #notedAt = new Map<string, Date>()
  /** Those whose first sync is yet to come: what they hold is not known. */
  readonly #unsynced = new Set<string>()
  #changes = 0
  #wanted = 0

  /** Another value where a measure may be another. */
  get version(): number {
    return this.#changes
  }

  note(id: string, { repository, images, marks }: MeasuredView, now: Date): void {
    this.#notedAt.set(id, now)
    if (repository?.lastSyncedAt) this.#unsynced.delete(id)
    else this.#unsynced.add(id)
    const there = [...images.values()].filter(image => image.goneAt === undefined)
    const isPart = marks === undefined
    const measure: Measure = {
      registry: repository?.registry ?? id.slice(0, id.indexOf('/')),
      bytes: repository?.storedBytes ?? 0,
      byStage: isPart ? undefined : byStageOf(there),
      marked: marks?.length ?? 0,
    }
    if (isDeepStrictEqual(measure, this.#measures.get(id))) return
    this.#measures.set(id, measure)
    this.#changes += 1
  }

  /** True where each repository that is there was measured once since then, after its first sync. */
  isWholeSince(since: Date | undefined): boolean {
    return this.isEachSince(since) && this.#unsynced.size === 0
  }

  /** The same, also of those whose first sync is yet to come; absent: at any time. */
  isEachSince(since: Date | undefined): boolean {
    const all = [...this.#notedAt.values()]
    return (since ? all.filter(at => at >= since) : all).length >= this.#wanted
  }

  /** Forgets all repositories but these. */
  keep(ids: ReadonlySet<string>): void {
    this.#wanted = ids.size
    for (const id of [...this.#unsynced]) if (!ids.has(id)) this.#unsynced.delete(id)
    for (const id of [...this.#notedAt.keys()]) if (!ids.has(id)) this.#notedAt.delete(id)
    for (const id of [...this.#measures.keys()]) if (!ids.has(id) && this.#measures.delete(id)) this.#changes += 1
  }

  sums(): RepositorySums {
    const all = [...this.#measures.values()]
    const sumOf = (measure: (one: Measure) => number, some = all) => some.reduce((sum, one) => sum + measure(one), 0)
    const tooLarge = all.filter(one => one.byStage === undefined).length
    return {
      stages: {
        Introduction: sumOf(one => one.byStage?.Introduction ?? 0),
        Use: sumOf(one => one.byStage?.Use ?? 0),
        Maintenance: sumOf(one => one.byStage?.Maintenance ?? 0),
        Cleanup: sumOf(one => one.byStage?.Cleanup ?? 0),
      },
      marked: sumOf(one => one.marked),
      repositories: { measured: all.length - tooLarge, tooLarge },
      stored: [...Map.groupBy(all, one => one.registry)]
        .map(([registry, ones]) => ({ registry, bytes: sumOf(one => one.bytes, ones) }))
        .sort((a, b) => (a.registry < b.registry ? -1 : 1)),
    }
  }
}

/** A stage of a later version counts as none of these. */
function byStageOf(images: readonly ImageRecord[]): Record<Stage, number> {
  const counted = stages.map(stage => [stage, images.filter(image => image.stage === stage).length] as const)
  return Object.fromEntries(counted) as Record<Stage, number>
}
