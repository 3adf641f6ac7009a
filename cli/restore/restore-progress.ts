import { amountText } from '../../shared/domain/amount-text.ts'
import type { ProgressStream } from '../io/progress.ts'

const clearLine = '\r\u001b[K'

/** Counts the images that are done, on a terminal only, and wipes the line at the end. */
export class RestoreProgress {
  readonly #stream: ProgressStream
  #done = 0
  #shown = false
  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  step(): void {
    this.#done += 1
    if (this.#stream.isTTY !== true) return
    this.#shown = true
    this.#stream.write(`${clearLine}restoring: ${amountText(this.#done, 'manifest')}`)
  }

  end(): void {
    if (this.#shown) this.#stream.write(clearLine)
    this.#shown = false
  }
}
