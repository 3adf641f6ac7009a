import PQueue from 'p-queue'
import type { Digest } from '../../domain/digest.ts'
import type { Blob } from '../../domain/image.ts'
import { sizeText } from '../../domain/size.ts'
import { InvalidInputError, UnavailableError } from '../../errors.ts'
import type { LayerArchive } from '../../ports/layer-archive.ts'
import type { Manifest, RegistryWriter } from '../../ports/registry.ts'
import { neededBlobs } from '../../restore/needed-blobs.ts'
import { SweepStopped } from './delete-from-registry.ts'

export interface LayerCopyDeps {
  readonly writer: Pick<RegistryWriter, 'readBlob' | 'hasBlob'>
  readonly layers: LayerArchive
  readonly stopReason: () => Promise<string | undefined>
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: (() => number) | undefined
  /** What is larger is copied alone; default 64 MiB. */
  readonly largeBytes?: number
}

/** Layers that there was no time left for: their image is left to the next execution, as it is. */
export class LayersLeft extends Error {}

/** Small ones; each has some megabytes in memory. */
const copiesAtOnce = 4
/** Of the large ones each has the line for itself, so that each execution gets some done, and what does not fit so never fits. */
const defaultLargeBytes = 64 * 1024 ** 2
const checksAtOnce = 32
/** Of a connection that breaks. */
const tries = 2
/** Of the time of an invocation: the rest is for deleting what is archived. */
const copyingShare = 0.5
/** One that began so early in that time had nearly all of it. */
const earlyShare = 0.9

/** Copies configs and layers into the archive, each once in an execution, in the first half of its time. */
export class LayerCopies {
  /** Blobs that were copied: while there are any, the next execution gets further. */
  copied = 0
  readonly #deps: LayerCopyDeps
  readonly #largeBytes: number
  readonly #windowMs: number
  readonly #leftMs: () => number
  /** Whether the registry had it. What failed fails for all that need it. */
  readonly #known = new Map<Digest, Promise<boolean>>()
  readonly #checks = new PQueue({ concurrency: checksAtOnce })
  readonly #small = new PQueue({ concurrency: copiesAtOnce })
  readonly #large = new PQueue({ concurrency: 1 })

  constructor(deps: LayerCopyDeps) {
    const { remainingMs = () => Number.POSITIVE_INFINITY } = deps
    const untilMs = deps.remainingMs ? remainingMs() * (1 - copyingShare) : 0
    this.#deps = deps
    this.#largeBytes = deps.largeBytes ?? defaultLargeBytes
    this.#windowMs = remainingMs() - untilMs
    this.#leftMs = () => remainingMs() - untilMs
  }

  /**
   * Answers with those that the registry has no more: without them nobody can pull the image anyway. Nothing of it is
   * under way any more when this returns.
   * @throws LayersLeft where the time is over; SweepStopped; InvalidInputError for other bytes than those of a digest
   */
  async archive(manifest: Manifest, path: string): Promise<readonly Blob[]> {
    const blobs = neededBlobs(manifest)
    const ended = await Promise.allSettled(blobs.map(blob => this.#once(blob, path)))
    const failures = ended.flatMap(one => (one.status === 'rejected' ? [one.reason as unknown] : []))
    const weight = (error: unknown) => (error instanceof SweepStopped ? 0 : error instanceof LayersLeft ? 2 : 1)
    const [first] = failures.sort((a, b) => weight(a) - weight(b))
    if (failures.length > 0) throw first
    return blobs.filter((_, at) => ended[at]?.status === 'fulfilled' && !(ended[at].value as boolean))
  }

  #once(blob: Blob, path: string): Promise<boolean> {
    const known = this.#known.get(blob.digest)
    if (known) return known
    const keeping = this.#keep(blob, path)
    this.#known.set(blob.digest, keeping)
    return keeping
  }

  async #keep(blob: Blob, path: string): Promise<boolean> {
    // The archive may have it of another repository, by whose digest alone nobody may come to it.
    if (await this.#checks.add(() => this.#deps.layers.keepBlob(blob)))
      return this.#checks.add(() => this.#deps.writer.hasBlob(path, blob.digest))
    const queue = this.#isLarge(blob) ? this.#large : this.#small
    return queue.add(() => this.#copyWithRetry(blob, path))
  }

  #isLarge({ sizeBytes }: Blob): boolean {
    return sizeBytes > this.#largeBytes
  }

  async #copyWithRetry(blob: Blob, path: string): Promise<boolean> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#copy(blob, path)
      } catch (error) {
        const isBroken = error instanceof UnavailableError && error.kind === 'network'
        if (!isBroken || attempt === tries) throw error
      }
  }

  async #copy(blob: Blob, path: string): Promise<boolean> {
    const { writer, layers } = this.#deps
    const hadAll = this.#isLarge(blob) && this.#leftMs() >= this.#windowMs * earlyShare
    await this.#requireTime(blob, 0, hadAll)
    const put = (chunks: AsyncIterable<Uint8Array>) => layers.putBlob(blob, this.#watched(chunks, blob, hadAll))
    const read = await writer.readBlob(path, blob, put)
    if (read) {
      this.copied += 1
      return true
    }
    if (!(await writer.hasBlob(path, blob.digest))) return false
    throw new InvalidInputError(
      `${blob.digest}: expected a layer, got a registry that says both that it is there and not`,
    )
  }

  /** The same bytes, as long as there is time and nothing stops the sweep. */
  async *#watched(chunks: AsyncIterable<Uint8Array>, blob: Blob, hadAll: boolean): AsyncGenerator<Uint8Array> {
    let got = 0
    for await (const chunk of chunks) {
      await this.#requireTime(blob, got, hadAll)
      got += chunk.byteLength
      yield chunk
    }
  }

  /** `hadAll`: it had nearly all the time that there is for copying, and the line for itself. */
  async #requireTime({ digest, sizeBytes }: Blob, got: number, hadAll: boolean): Promise<void> {
    const reason = await this.#deps.stopReason()
    if (reason !== undefined) throw new SweepStopped(reason)
    if (this.#leftMs() > 0) return
    if (!hadAll) throw new LayersLeft(`no time was left for ${digest} (${sizeText(sizeBytes)})`)
    const seconds = Math.round(this.#windowMs / 1000)
    throw new InvalidInputError(
      `${digest} (${sizeText(sizeBytes)}): expected to be archived within ${seconds} s, got ${sizeText(got)} of it`,
    )
  }
}
