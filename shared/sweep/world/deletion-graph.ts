import type { Digest } from '../../domain/digest.ts'
import type { ImageRecord } from '../../domain/records/images.ts'
import { attachedSubject } from '../../domain/retention/versions/tag-kind.ts'
import type { RepositoryWorld } from './read-world.ts'

/** Which images of a repository must be gone before others may be deleted. */
export class DeletionGraph {
  readonly #before = new Map<Digest, Digest[]>()
  readonly #after = new Map<Digest, Digest[]>()
  readonly #referrers = new Map<Digest, Digest[]>()
  readonly #subjects = new Map<Digest, Digest[]>()
  readonly #indexes = new Map<Digest, Digest[]>()
  readonly #children = new Map<Digest, readonly Digest[]>()

  /** Digests that are not in the repository stand before nothing. */
  constructor({ images, tags }: Pick<RepositoryWorld, 'images' | 'tags'>) {
    const present = new Set(images.map(image => image.digest))
    const tagsOf = Map.groupBy(tags, tag => tag.digest)
    for (const image of images) {
      const children = (image.children ?? []).filter(child => child !== image.digest && present.has(child))
      for (const child of children) {
        this.#order(image.digest, child, present)
        append(this.#indexes, child, image.digest)
      }
      this.#children.set(image.digest, children)
      const named = (tagsOf.get(image.digest) ?? []).map(({ tag }) => tag)
      for (const subject of subjectsOf(image, named)) {
        this.#order(subject, image.digest, present)
        append(this.#referrers, subject, image.digest)
        append(this.#subjects, image.digest, subject)
      }
    }
  }

  #order(earlier: Digest, later: Digest, present: ReadonlySet<Digest>): void {
    if (earlier === later || !present.has(earlier) || !present.has(later)) return
    append(this.#before, later, earlier)
    append(this.#after, earlier, later)
  }

  /** The indexes that hold an image, and its subjects. */
  before(digest: Digest): readonly Digest[] {
    return this.#before.get(digest) ?? []
  }

  /** The indexes that hold an image. */
  indexes(digest: Digest): readonly Digest[] {
    return this.#indexes.get(digest) ?? []
  }

  /** The images of an index that are there. */
  children(digest: Digest): readonly Digest[] {
    return this.#children.get(digest) ?? []
  }

  /** What an image refers to, by its manifest or by its cosign tags. */
  subjects(digest: Digest): readonly Digest[] {
    return this.#subjects.get(digest) ?? []
  }

  /** The images whose subject it is, by their manifest or by a cosign tag. */
  referrers(digest: Digest): readonly Digest[] {
    return [...new Set(this.#referrers.get(digest))]
  }

  /**
   * Those of the wanted that may be deleted in this sweep: everything that must be gone before them is deleted too, and
   * whole. The images of a circle, which only forged cosign tags make, are deleted or stay together.
   */
  allowed(wanted: ReadonlyMap<Digest, { readonly wholeImage: boolean }>): ReadonlySet<Digest> {
    const allowed = new Set(wanted.keys())
    const staying = [...this.#after.keys()].filter(digest => !wanted.get(digest)?.wholeImage)
    for (let digest = staying.pop(); digest !== undefined; digest = staying.pop())
      for (const later of this.#after.get(digest) ?? []) if (allowed.delete(later)) staying.push(later)
    return allowed
  }

  /** Whatever stands before another comes first; else the given order. */
  inSafeOrder(digests: readonly Digest[]): Digest[] {
    const wanted = new Set(digests)
    const seen = new Set<Digest>()
    const ordered: Digest[] = []
    // Not recursive: a chain of referrers can be as long as anyone likes to make it.
    const path: { digest: Digest; earlier: Iterator<Digest> }[] = []
    const enter = (digest: Digest) => {
      if (!wanted.has(digest) || seen.has(digest)) return
      seen.add(digest)
      path.push({ digest, earlier: this.before(digest).values() })
    }
    for (const start of digests) {
      enter(start)
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const next = top.earlier.next()
        if (!next.done) enter(next.value)
        else ordered.push((path.pop() ?? top).digest)
      }
    }
    return ordered
  }
}

const append = (map: Map<Digest, Digest[]>, key: Digest, value: Digest): void => {
  const known = map.get(key)
  if (known) known.push(value)
  else map.set(key, [value])
}

/** The subject that the manifest names, and those that its cosign tags name, also ones that a killed sweep took off. */
const subjectsOf = (image: ImageRecord, tags: readonly string[]): Digest[] =>
  [image.subject, ...[...tags, ...(image.deletion?.tags ?? [])].map(attachedSubject)].filter(one => one !== undefined)

/**
 * Splits deletions in a safe order into generations: no image of a generation must be gone before another of it, so
 * that all of them can be deleted at once.
 */
export function generationsOf<T extends { image: { digest: Digest }; after: readonly Digest[] }>(
  ordered: readonly T[],
): T[][] {
  const generation = new Map<Digest, number>()
  const generations: T[][] = []
  for (const one of ordered) {
    const at = one.after.reduce((latest, digest) => Math.max(latest, (generation.get(digest) ?? -1) + 1), 0)
    generation.set(one.image.digest, at)
    const same = generations[at]
    if (same) same.push(one)
    else generations[at] = [one]
  }
  return generations
}
