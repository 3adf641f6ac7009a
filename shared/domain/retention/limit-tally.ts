import { relatedAmong } from './graph/related.ts'
import type { JudgedRepository } from './judged-repository.ts'
import {
  type ApprovedShare,
  type DoomedShare,
  type LimitCheck,
  type Limits,
  limitCheckOf,
  needsApproval,
} from './limits.ts'
import { takeByPace } from './pace.ts'

/** Adds up repositories one by one, and says what of them would wait. Nobody has approved anything of them. */
export class LimitTally {
  readonly #limits: Limits
  readonly #waiting: ApprovedShare[] = []
  /** By group: how many images it has, and when the first of them was pushed. */
  readonly #sizes: number[] = []
  readonly #pushedMs: number[] = []
  #doomed = 0
  constructor(limits: Limits) {
    this.#limits = limits
  }

  add(repository: JudgedRepository, share: DoomedShare): void {
    const approvable = { ...share, approved: 0 }
    if (needsApproval(this.#limits, approvable)) {
      this.#waiting.push(approvable)
      return
    }
    this.#doomed += share.toDelete
    for (const group of relatedAmong(repository.listing, doomedPlaces(repository)))
      this.#addGroup(repository.listing.pushedMs, group)
  }

  check(): LimitCheck {
    return limitCheckOf(this.#limits, this.#waitForPace(), { repositories: this.#waiting })
  }

  #addGroup(pushedMs: Float64Array, group: readonly number[]): void {
    let first = Number.POSITIVE_INFINITY
    for (const place of group) first = Math.min(first, pushedMs[place] ?? first)
    this.#sizes.push(group.length)
    this.#pushedMs.push(first)
  }

  #waitForPace(): number {
    const { maxDeletionsPerRun } = this.#limits
    if (this.#doomed <= maxDeletionsPerRun) return 0
    const groups = this.#sizes.map((size, at) => ({ size, pushedMs: this.#pushedMs[at] ?? 0 }))
    const taken = takeByPace(groups, maxDeletionsPerRun, 0)
    return this.#doomed - taken.reduce((sum, group) => sum + group.size, 0)
  }
}

/** In the order of digests, so that the order of input cannot matter. */
const doomedPlaces = ({ listing, graphKeep }: JudgedRepository): number[] => {
  const places: number[] = []
  for (const place of listing.order) if (!graphKeep.isKept(place)) places.push(place)
  return places
}
