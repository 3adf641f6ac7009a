import type { Digest } from './digest.ts'
import type { Image } from './image.ts'
import { partsOf } from './repository-id.ts'

/** What deleting the images to delete frees, in bytes. */
export interface FreedBytes {
  readonly total: number
  /** By repository; a repository in which nothing is freed is absent. */
  readonly byRepository: ReadonlyMap<string, number>
  /** By the namespace that each image was added under; what was added under none is absent. */
  readonly byNamespace: ReadonlyMap<string, number>
  /** By the host of the repository. */
  readonly byRegistry: ReadonlyMap<string, number>
}

interface BlobUse {
  readonly sizeBytes: number
  stays: boolean
  /** The first place of an image to delete: a shared blob counts there and once. */
  toDeleteIn: Place | undefined
}

interface Place {
  readonly repository: string
  readonly namespace: string | undefined
}

/**
 * Adds up what a plan frees from the blobs that images share, in any order of images. A blob counts once, in the first
 * repository that gives it up, and only when no image that stays uses it; registries store a blob once for all of their
 * repositories, so that staying is looked for in all repositories of a host. An image whose blobs are not known counts
 * with its whole size, as if it shared nothing: what is freed may then be less.
 */
export class BytesFreed {
  readonly #hosts = new Map<string, Map<Digest, BlobUse>>()
  /** Bytes of images to delete whose blobs are not known, by repository and namespace: an entry for each image is too much. */
  readonly #unshared = new Map<string, Map<string | undefined, number>>()

  /** `namespace` is where an image to delete is accounted, beside its repository. */
  add(
    repository: string,
    image: Pick<Image, 'blobs' | 'sizeBytes'>,
    toDelete: boolean,
    namespace?: string | undefined,
  ): void {
    if (image.blobs === undefined) {
      if (toDelete) this.#addUnshared(repository, namespace, image.sizeBytes ?? 0)
      return
    }
    const blobs = this.#blobsOf(repository)
    const place = toDelete ? { repository, namespace } : undefined
    for (const blob of image.blobs) {
      const use = blobs.get(blob.digest) ?? { sizeBytes: blob.sizeBytes, stays: false, toDeleteIn: undefined }
      if (place) use.toDeleteIn ??= place
      else use.stays = true
      blobs.set(blob.digest, use)
    }
  }

  /** Of all that is to be deleted, each blob once, whether others use it too: what an archive of it takes, in bytes. */
  wholeBytes(): number {
    const sizes = new Map<Digest, number>()
    for (const blobs of this.#hosts.values())
      for (const [digest, { sizeBytes, toDeleteIn }] of blobs)
        if (toDeleteIn !== undefined) sizes.set(digest, sizeBytes)
    const unshared = [...this.#unshared.values()].flatMap(inNamespaces => [...inNamespaces.values()])
    return [...sizes.values(), ...unshared].reduce((sum, bytes) => sum + bytes, 0)
  }

  sum(): FreedBytes {
    const byRepository = new Map<string, number>()
    const byNamespace = new Map<string, number>()
    const byRegistry = new Map<string, number>()
    const add = ({ repository, namespace }: Place, bytes: number): void => {
      addTo(byRepository, repository, bytes)
      if (namespace !== undefined) addTo(byNamespace, namespace, bytes)
      addTo(byRegistry, partsOf(repository).registry, bytes)
    }
    for (const [repository, inNamespaces] of this.#unshared)
      for (const [namespace, bytes] of inNamespaces) add({ repository, namespace }, bytes)
    for (const blobs of this.#hosts.values()) {
      for (const { sizeBytes, stays, toDeleteIn } of blobs.values()) {
        if (!stays && toDeleteIn !== undefined) add(toDeleteIn, sizeBytes)
      }
    }
    const total = [...byRepository.values()].reduce((sum, bytes) => sum + bytes, 0)
    return { total, byRepository, byNamespace, byRegistry }
  }

  #addUnshared(repository: string, namespace: string | undefined, bytes: number): void {
    const inNamespaces = this.#unshared.get(repository) ?? new Map<string | undefined, number>()
    addTo(inNamespaces, namespace, bytes)
    this.#unshared.set(repository, inNamespaces)
  }

  #blobsOf(repository: string): Map<Digest, BlobUse> {
    const host = partsOf(repository).registry
    const known = this.#hosts.get(host)
    if (known !== undefined) return known
    const blobs = new Map<Digest, BlobUse>()
    this.#hosts.set(host, blobs)
    return blobs
  }
}

const addTo = <Key>(map: Map<Key, number>, key: Key, bytes: number): void => {
  if (bytes > 0) map.set(key, (map.get(key) ?? 0) + bytes)
}
