import { randomUUID } from 'node:crypto'
import type { EcrAnswer, EcrCall } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'

/** The layers and configs of one repository of ECR. */
export class EcrBlobs {
  readonly #blobs = new Map<string, Buffer>()
  readonly #uploads = new Map<string, Buffer[]>()

  put(bytes: Buffer): void {
    this.#blobs.set(sha256(bytes), bytes)
  }

  get(digest: string): Buffer | undefined {
    return this.#blobs.get(digest)
  }

  /** ECR does so at a time of its own. */
  keepOnly(needed: ReadonlySet<string>): void {
    for (const digest of this.#blobs.keys()) if (!needed.has(digest)) this.#blobs.delete(digest)
  }

  /** Undefined for operations that are not about layers. `urlOf` is where a blob is got. */
  answer({ operation, input }: EcrCall, urlOf: (digest: string) => string): EcrAnswer | undefined {
    const { uploadId, layerDigest, layerDigests, layerPartBlob } = input as Record<string, string> & {
      layerDigests?: string[]
    }
    if (operation === 'BatchCheckLayerAvailability') return this.#availability(layerDigests ?? [])
    if (operation === 'GetDownloadUrlForLayer')
      return this.#blobs.has(layerDigest ?? '')
        ? { body: { layerDigest, downloadUrl: urlOf(layerDigest ?? '') } }
        : { error: 'LayersNotFoundException' }
    if (operation === 'InitiateLayerUpload') return this.#begin()
    if (operation === 'UploadLayerPart') {
      this.#uploads.get(uploadId ?? '')?.push(Buffer.from(layerPartBlob ?? '', 'base64'))
      return { body: {} }
    }
    return operation === 'CompleteLayerUpload' ? this.#complete(uploadId ?? '', layerDigests ?? []) : undefined
  }

  #availability(digests: readonly string[]): EcrAnswer {
    const layers = digests.map(layerDigest => ({
      layerDigest,
      layerAvailability: this.#blobs.has(layerDigest) ? 'AVAILABLE' : 'UNAVAILABLE',
    }))
    return { body: { layers, failures: [] } }
  }

  #begin(): EcrAnswer {
    const uploadId = randomUUID()
    this.#uploads.set(uploadId, [])
    return { body: { uploadId, partSize: 10 * 1024 * 1024 } }
  }

  #complete(uploadId: string, [digest = '']: readonly string[]): EcrAnswer {
    const bytes = Buffer.concat(this.#uploads.get(uploadId) ?? [])
    if (sha256(bytes) !== digest) return { error: 'InvalidLayerException' }
    if (this.#blobs.has(digest)) return { error: 'LayerAlreadyExistsException' }
    this.put(bytes)
    return { body: { layerDigest: digest } }
  }
}
