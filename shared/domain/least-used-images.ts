import type { Digest } from './digest.ts'
import type { Image } from './image.ts'
import { graphOf, type ImageGraph } from './retention/graph/image-graph.ts'
import { lastUsedMs } from './retention/listing/known-time.ts'
import { StoredBlobs, unsharedBytes } from './stored-blobs.ts'

/** Everything that one registry holds of one repository, and what of it is to be deleted. */
export interface StoredRepository {
  readonly repository: string
  readonly images: readonly Image[]
  readonly toDelete: ReadonlySet<string>
}

export interface Selection {
  readonly digests: ReadonlyMap<string, ReadonlySet<Digest>>
  /** What the registry holds when they are gone. */
  readonly leftBytes: number
}

/**
 * Of the images to delete of a registry as many, the least recently used first, as free it down to `targetBytes`; all
 * that free anything where that is not enough. What an image frees is what no image that stays or is not selected
 * holds, in any of the repositories. One is selected only with every index above it and every subject of it, and
 * with its manifests and referrers; one whose blobs all stay is left. Equal times are ordered by repository and digest.
 */
export function leastUsedImages(repositories: readonly StoredRepository[], targetBytes: number): Selection {
  const stored = new StoredBlobs()
  const staying = new Set<Digest>()
  for (const { images, toDelete } of repositories) {
    for (const image of images) {
      stored.add(image)
      if (!toDelete.has(image.digest)) for (const blob of image.blobs ?? []) staying.add(blob.digest)
    }
  }
  const groups = repositories.filter(one => one.toDelete.size > 0).map(one => new DeletionGroup(one))
  for (const [group, root] of inOrderOfUse(groups)) {
    if (stored.bytes <= targetBytes) break
    if (!group.frees(root, staying)) continue
    for (const image of group.select(root)) stored.remove(image)
  }
  const digests = groups.flatMap(group =>
    group.selected.size > 0 ? [[group.repository, group.selected] as const] : [],
  )
  return { digests: new Map(digests), leftBytes: stored.bytes }
}

function inOrderOfUse(groups: readonly DeletionGroup[]): [DeletionGroup, number][] {
  const roots = groups.flatMap(group =>
    group.roots().map(root => ({ group, root, usedMs: group.usedMs(root), digest: group.digestOf(root) })),
  )
  const order = (a: (typeof roots)[number], b: (typeof roots)[number]): number =>
    a.usedMs - b.usedMs || compare(a.group.repository, b.group.repository) || compare(a.digest, b.digest)
  return roots.sort(order).map(({ group, root }) => [group, root])
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** The images to delete of one repository by place, and which are deleted together. */
class DeletionGroup {
  readonly repository: string
  readonly selected = new Set<Digest>()
  readonly #images: readonly Image[]
  readonly #graph: ImageGraph
  constructor({ repository, images, toDelete }: StoredRepository) {
    this.repository = repository
    this.#images = images.filter(image => toDelete.has(image.digest))
    this.#graph = graphOf(this.#images)
  }

  digestOf(place: number): Digest {
    return this.#at(place).digest
  }

  /**
   * Those that depend on no other. What depends on itself in the end, as an index whose subject is its own manifest,
   * stays.
   */
  roots(): number[] {
    return [...this.#images.keys()].filter(place => this.#holders(place).length === 0)
  }

  /** An index is used when anything below it is. */
  usedMs(root: number): number {
    let latest = Number.NEGATIVE_INFINITY
    for (const place of reach([root], each => this.#graph.children[each] ?? []))
      latest = Math.max(latest, lastUsedMs(this.#at(place)))
    return latest
  }

  frees(root: number, staying: ReadonlySet<Digest>): boolean {
    for (const place of reach([root], each => this.#followers(each))) {
      const image = this.#at(place)
      if (unsharedBytes(image) > 0) return true
      if (image.blobs?.some(blob => blob.sizeBytes > 0 && !staying.has(blob.digest))) return true
    }
    return false
  }

  /** Selects a root and what is deleted with it: all whose holders are selected by then. */
  select(root: number): Image[] {
    const taken: number[] = []
    const queue = [root]
    for (const place of queue) {
      if (this.selected.has(this.digestOf(place))) continue
      if (this.#holders(place).some(holder => !this.selected.has(this.digestOf(holder)))) continue
      this.selected.add(this.digestOf(place))
      taken.push(place)
      queue.push(...this.#followers(place))
    }
    return taken.map(place => this.#at(place))
  }

  #holders(place: number): number[] {
    return [...(this.#graph.parents[place] ?? []), ...(this.#graph.subjects[place] ?? [])]
  }

  #followers(place: number): number[] {
    return [...(this.#graph.children[place] ?? []), ...(this.#graph.referrers[place] ?? [])]
  }

  #at(place: number): Image {
    return this.#images[place] as Image
  }
}

/** Everything that is reached from the seeds, the seeds too, each once. */
function reach(seeds: readonly number[], next: (place: number) => readonly number[]): ReadonlySet<number> {
  const found = new Set(seeds)
  for (const place of found) for (const one of next(place)) found.add(one)
  return found
}
