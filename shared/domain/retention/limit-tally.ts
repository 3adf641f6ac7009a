import { relatedAmong } from './graph/related.ts'
import type { JudgedRepository } from './judged-repository.ts'
import {
  type ApprovedShare,
  type DeletionShare,
  type LimitCheck,
  type Limits,
  limitCheckOf,
  needsApproval,
} from './limits.ts'
import { OldestGroups } from './oldest-groups.ts'

/** Adds up repositories one by one, and says what of them would wait, as if nothing were approved. */
export class LimitTally {
  readonly #limits: Limits
  readonly #waiting: ApprovedShare[] = []
  readonly #oldest: OldestGroups
  #toDelete = 0
  constructor(limits: Limits) {
    this.#limits = limits
    this.#oldest = new OldestGroups(limits.maxDeletionsPerRun)
  }

  add(repository: JudgedRepository, share: DeletionShare): void {
    const approvable = { ...share, approved: 0 }
    if (needsApproval(this.#limits, approvable)) {
      this.#waiting.push(approvable)
      return
    }
    this.#toDelete += share.toDelete
    if (repository.listing.graph === undefined) this.#addSingles(repository)
    else this.#addGroups(repository)
  }

  check(): LimitCheck {
    return limitCheckOf(this.#limits, this.#waitForPace(), { repositories: this.#waiting })
  }

  /** Where no image belongs to another: a list of a million groups of one takes longer than to judge them. */
  #addSingles({ listing, graphKeep }: JudgedRepository): void {
    for (const place of listing.order)
      if (!graphKeep.isKept(place)) this.#oldest.add(1, listing.pushedMs[place] as number)
  }

  #addGroups(repository: JudgedRepository): void {
    const { pushedMs } = repository.listing
    for (const group of relatedAmong(repository.listing, placesToDelete(repository))) {
      let first = Number.POSITIVE_INFINITY
      for (const place of group) first = Math.min(first, pushedMs[place] ?? first)
      this.#oldest.add(group.length, first)
    }
  }

  #waitForPace(): number {
    return this.#toDelete <= this.#limits.maxDeletionsPerRun ? 0 : this.#toDelete - this.#oldest.taken()
  }
}

/** In the order of digests, so that the order of input cannot matter. */
const placesToDelete = ({ listing, graphKeep }: JudgedRepository): number[] => {
  const places: number[] = []
  for (const place of listing.order) if (!graphKeep.isKept(place)) places.push(place)
  return places
}
