import type { Layout, Section } from '../../shared/domain/retention/explain/layout.ts'
import { attachedSubject, isFloating } from '../../shared/domain/retention/versions/tag-kind.ts'
import { shortDigest } from '../io/short-digest.ts'
import { partWord } from './part-word.ts'
import type { PlannedDecision, PlannedRepository } from './plan.ts'

/** Of a section that no rule counts. */
export const uncountedTitle = 'counted by no rule'

/** A line about an image: a version by itself, or what hangs below one. */
export interface ShownImage {
  /** In the layout. */
  readonly place: number
  /** Among the decisions. */
  readonly row: number
  readonly decision: PlannedDecision
  /** By its tags, or by what it is of what it hangs below. */
  readonly name: string
  /** Of an image below another; see `Part`. */
  readonly isLast: readonly boolean[]
}

/** A repository of a plan as people look at it; images have the names that people know them by. */
export class ShownRepository {
  readonly #repository: PlannedRepository
  readonly #layout: Layout
  readonly #tops = new Map<number, number>()
  #rows: ReadonlyMap<string, number> | undefined
  #places: ReadonlyMap<number, number> | undefined
  constructor(repository: PlannedRepository) {
    this.#repository = repository
    this.#layout = repository.layout()
  }

  get sections(): readonly Section[] {
    return this.#layout.sections
  }

  /** The decision about the image at a place of the layout. */
  decisionAt(place: number): PlannedDecision {
    return this.#repository.decisions[this.#layout.rowOf(place)] as PlannedDecision
  }

  /** The versions and, right below each, what hangs there. */
  *lines(places: readonly number[]): Iterable<ShownImage> {
    for (const place of places) {
      yield this.#shown(place, [])
      for (const part of this.#layout.forest.partsOf(place)) yield this.#shown(part.place, part.isLast)
    }
  }

  /** By its first tag, or by what it is of a version: `v1.3.0 (linux/arm64)`. */
  nameOf(place: number): string {
    const decision = this.decisionAt(place)
    const [tag] = ownTags(decision)
    if (tag !== undefined) return tag
    const top = this.#topOf(place)
    if (top === place) return `@${shortDigest(decision.digest)}`
    const of = ownTags(this.decisionAt(top))[0] ?? `@${shortDigest(this.decisionAt(top).digest)}`
    return `${of} (${this.#wordOf(place)})`
  }

  /** A reason with names in the place of digests of this repository. */
  reasonOf({ reason }: PlannedDecision): string {
    return reason.replaceAll(/sha256:[0-9a-f]{64}/g, digest => {
      this.#rows ??= new Map(this.#repository.decisions.map((one, row) => [one.digest, row]))
      const row = this.#rows.get(digest)
      const place = row === undefined ? undefined : this.#placeOf(row)
      return place === undefined ? digest : this.nameOf(place)
    })
  }

  /** Remembered of all that lie between: a chain of referrers is as long as whoever pushed it likes. */
  #topOf(place: number): number {
    const path = [place]
    let top = this.#tops.get(place)
    while (top === undefined) {
      const last = path.at(-1) as number
      const above = this.#layout.forest.aboveOf(last)
      if (above === undefined) top = last
      else {
        path.push(above)
        top = this.#tops.get(above)
      }
    }
    for (const one of path) this.#tops.set(one, top)
    return top
  }

  #placeOf(row: number): number | undefined {
    this.#places ??= new Map(this.#repository.decisions.map((_, place) => [this.#layout.rowOf(place), place]))
    return this.#places.get(row)
  }

  #wordOf(place: number): string {
    return partWord(this.#repository.imageAt(this.#layout.rowOf(place)))
  }

  #shown(place: number, isLast: readonly boolean[]): ShownImage {
    const decision = this.decisionAt(place)
    const tags = ownTags(decision)
    const word =
      this.#layout.forest.aboveOf(place) === undefined ? `@${shortDigest(decision.digest)}` : this.#wordOf(place)
    return { place, row: this.#layout.rowOf(place), decision, name: tags.length > 0 ? tags.join(' ') : word, isLast }
  }
}

/** Versions before tags that move; the tags of what is about another image only say which. */
function ownTags({ tags }: PlannedDecision): readonly string[] {
  if (tags.length < 2 && attachedSubject(tags[0] ?? '') === undefined) return tags
  const own = tags.filter(tag => attachedSubject(tag) === undefined)
  return [...own.filter(tag => !isFloating(tag)), ...own.filter(isFloating)]
}
