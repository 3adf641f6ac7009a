import type { Digest } from './digest.ts'
import type { Image } from './image.ts'

/** What deleting the doomed images frees, in bytes. */
export interface FreedBytes {
  readonly total: number
  /** By repository; a repository in which nothing is freed is absent. */
  readonly byRepository: ReadonlyMap<string, number>
}

interface BlobUse {
  readonly sizeBytes: number
  stays: boolean
  /** The first doomed image's repository: a shared blob counts there and once. */
  doomedIn: string | undefined
}

/**
 * Adds up what a plan frees from the blobs that images share, in any order of images. A blob counts once, in the first
 * repository that gives it up, and only when no image that stays uses it; registries store a blob once for all of their
 * repositories, so that staying is looked for in all repositories of a host. An image whose blobs are not known counts
 * with its whole size, as if it shared nothing: what is freed may then be less.
 */
export class BytesFreed {
  readonly #hosts = new Map<string, Map<Digest, BlobUse>>()
  readonly #unshared = new Map<string, number>()

  add(repository: string, image: Image, doomed: boolean): void {
    if (image.blobs === undefined) {
      if (doomed) addTo(this.#unshared, repository, image.sizeBytes ?? 0)
      return
    }
    const blobs = this.#blobsOf(repository)
    for (const blob of image.blobs) {
      const use = blobs.get(blob.digest) ?? { sizeBytes: blob.sizeBytes, stays: false, doomedIn: undefined }
      if (doomed) use.doomedIn ??= repository
      else use.stays = true
      blobs.set(blob.digest, use)
    }
  }

  sum(): FreedBytes {
    const byRepository = new Map(this.#unshared)
    for (const blobs of this.#hosts.values()) {
      for (const { sizeBytes, stays, doomedIn } of blobs.values()) {
        if (!stays && doomedIn !== undefined) addTo(byRepository, doomedIn, sizeBytes)
      }
    }
    const total = [...byRepository.values()].reduce((sum, bytes) => sum + bytes, 0)
    return { total, byRepository }
  }

  #blobsOf(repository: string): Map<Digest, BlobUse> {
    const host = repository.slice(0, Math.max(repository.indexOf('/'), 0))
    const known = this.#hosts.get(host)
    if (known !== undefined) return known
    const blobs = new Map<Digest, BlobUse>()
    this.#hosts.set(host, blobs)
    return blobs
  }
}

const addTo = (map: Map<string, number>, key: string, bytes: number): void => {
  if (bytes > 0) map.set(key, (map.get(key) ?? 0) + bytes)
}
