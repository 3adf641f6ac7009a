import PQueue from 'p-queue'
import type { Digest } from '../domain/digest.ts'
import type { Blob } from '../domain/image.ts'
import type { LayerArchive } from '../ports/layer-archive.ts'
import type { RegistryWriter } from '../ports/registry.ts'

export interface BlobUploadDeps {
  readonly writer: Pick<RegistryWriter, 'putBlob'>
  readonly layers: Pick<LayerArchive, 'openBlob'>
  /** Path in the registry. */
  readonly path: string
  readonly requireLease: () => Promise<void>
  /** Called with the size of what was sent since the last call. */
  readonly onBytes?: ((sizeBytes: number) => void) | undefined
}

const uploadsAtOnce = 4

/** Uploads configs and layers from the archive to a registry that lacks them, each once however many images need it. */
export class BlobUploads {
  readonly #deps: BlobUploadDeps
  readonly #uploads = new Map<Digest, Promise<void>>()
  readonly #queue = new PQueue({ concurrency: uploadsAtOnce })

  constructor(deps: BlobUploadDeps) {
    this.#deps = deps
  }

  /** Throws the first failure, once nothing of them is under way any more. */
  async upload(blobs: readonly Blob[]): Promise<void> {
    const ended = await Promise.allSettled(blobs.map(blob => this.#once(blob)))
    for (const one of ended) if (one.status === 'rejected') throw one.reason
  }

  #once(blob: Blob): Promise<void> {
    const known = this.#uploads.get(blob.digest)
    if (known) return known
    const { writer, path } = this.#deps
    const uploading = this.#queue.add(() => writer.putBlob(path, blob, () => this.#read(blob)))
    this.#uploads.set(blob.digest, uploading)
    return uploading
  }

  async *#read({ digest }: Blob): AsyncGenerator<Uint8Array> {
    const { layers, requireLease, onBytes } = this.#deps
    for await (const chunk of await layers.openBlob(digest)) {
      await requireLease()
      onBytes?.(chunk.byteLength)
      yield chunk
    }
  }
}
