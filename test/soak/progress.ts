import type { ProgressStream } from '../../cli/io/progress.ts'

const every = 25

/** How many operations are done, on a terminal only. */
export class Progress {
  readonly #stream: ProgressStream
  readonly #operations: number
  #shown = -every
  constructor(stream: ProgressStream, operations: number) {
    this.#stream = stream
    this.#operations = operations
  }

  report(done: number): void {
    if (this.#stream.isTTY !== true || done - this.#shown < every) return
    this.#shown = done
    this.#stream.write(`\r\u001b[K${done} of ${this.#operations} operations`)
  }

  end(): void {
    if (this.#shown >= 0) this.#stream.write('\r\u001b[K')
  }
}
