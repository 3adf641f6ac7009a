import { amountText } from '../../shared/domain/amount-text.ts'
import { sizeText } from '../../shared/domain/size.ts'
import type { ProgressStream } from '../io/progress.ts'

const refreshMs = 200
const clearLine = '\r\u001b[K'

/** Counts the images that are done, and the bytes that were uploaded, on a terminal only, and wipes the line at the end. */
export class RestoreProgress {
  readonly #stream: ProgressStream
  #done = 0
  #sentBytes = 0
  #shownMs = Number.NEGATIVE_INFINITY
  #shown = false
  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  step(): void {
    this.#done += 1
    this.#show()
  }

  /** Some of a layer was uploaded; shown a few times a second at most. */
  sent(sizeBytes: number): void {
    this.#sentBytes += sizeBytes
    if (performance.now() - this.#shownMs > refreshMs) this.#show()
  }

  #show(): void {
    if (this.#stream.isTTY !== true) return
    this.#shown = true
    this.#shownMs = performance.now()
    const sent = this.#sentBytes > 0 ? `, ${sizeText(this.#sentBytes)} uploaded` : ''
    this.#stream.write(`${clearLine}restoring: ${amountText(this.#done, 'image')}${sent}`)
  }

  end(): void {
    if (this.#shown) this.#stream.write(clearLine)
    this.#shown = false
  }
}
