import { BytesFreed, type FreedBytes } from '../bytes-freed.ts'
import type { Image } from '../image.ts'
import { JudgedImage } from './judged-image.ts'
import { type JudgedRepository, type TagToDelete, tagsToDeleteOf } from './judged-repository.ts'
import { LimitTally } from './limit-tally.ts'
import type { DeletionShare, LimitCheck, Limits } from './limits.ts'

/** What a plan comes to. */
export interface Totals {
  readonly images: number
  readonly tags: number
  readonly kept: number
  readonly deleted: number
  /** What deleting the images to delete would free, see {@link BytesFreed}. */
  readonly bytes: number
}

/** What was decided. The parts beside the decisions are worked out when they are first read. */
export class Judgement {
  readonly #repositories: readonly JudgedRepository[]
  readonly #limits: Limits
  #decisions: readonly JudgedImage[] | undefined
  #tagsToDelete: readonly TagToDelete[] | undefined
  #freed: FreedBytes | undefined
  #totals: Totals | undefined
  #byName: ReadonlyMap<string, JudgedRepository> | undefined
  constructor(repositories: readonly JudgedRepository[], limits: Limits) {
    this.#repositories = repositories
    this.#limits = limits
  }

  /** One for each image, ordered by repository and digest. */
  get decisions(): readonly JudgedImage[] {
    this.#decisions ??= [...this.eachDecision()]
    return this.#decisions
  }

  /** The same decisions one by one, for those who go through a million of them once and keep none. */
  *eachDecision(): Iterable<JudgedImage> {
    for (const repository of this.#repositories) {
      for (const place of repository.listing.order) yield new JudgedImage(repository, place)
    }
  }

  /** All that is known of one repository. */
  repositoryNamed(name: string): JudgedRepository {
    this.#byName ??= new Map(this.#repositories.map(one => [one.listing.repository, one]))
    const found = this.#byName.get(name)
    if (found === undefined) throw new Error(`expected a repository that was judged, got ${name}`)
    return found
  }

  /** The tags that a sweep may remove, ordered by repository, digest and tag (retention 23). */
  get tagsToDelete(): readonly TagToDelete[] {
    this.#tagsToDelete ??= this.#repositories.flatMap(tagsToDeleteOf)
    return this.#tagsToDelete
  }

  /** The share to delete of each repository, ordered by name. */
  get shares(): readonly DeletionShare[] {
    return this.#repositories.map(shareOf)
  }

  get tagCount(): number {
    let tags = 0
    for (const { listing } of this.#repositories) for (const count of listing.tagCounts) tags += count
    return tags
  }

  get limits(): LimitCheck {
    const tally = new LimitTally(this.#limits)
    this.addLimits(tally)
    return tally.check()
  }

  /** Adds the repositories to a check of the limits over several judgements. */
  addLimits(tally: LimitTally): void {
    for (const repository of this.#repositories) tally.add(repository, shareOf(repository))
  }

  get freed(): FreedBytes {
    if (this.#freed === undefined) {
      const bytes = new BytesFreed()
      this.addFreed(bytes)
      this.#freed = bytes.sum()
    }
    return this.#freed
  }

  /** Adds what is deleted and what stays to a sum over several judgements. */
  addFreed(bytes: BytesFreed): void {
    for (const { listing, graphKeep } of this.#repositories) {
      for (let place = 0; place < listing.images.length; place++)
        bytes.add(listing.repository, listing.images[place] as Image, !graphKeep.isKept(place))
    }
  }

  get totals(): Totals {
    this.#totals ??= this.#sum()
    return this.#totals
  }

  #sum(): Totals {
    const images = this.shares.reduce((sum, share) => sum + share.images, 0)
    const deleted = this.shares.reduce((sum, share) => sum + share.toDelete, 0)
    return { images, tags: this.tagCount, kept: images - deleted, deleted, bytes: this.freed.total }
  }
}

const shareOf = ({ listing, graphKeep }: JudgedRepository): DeletionShare => {
  const images = listing.images.length
  let toDelete = 0
  for (let place = 0; place < images; place++) {
    if (!graphKeep.isKept(place)) toDelete++
  }
  return { repository: listing.repository, images, toDelete }
}
