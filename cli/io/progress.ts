import { amountText } from '../../shared/domain/amount-text.ts'

/** Where progress is shown: a terminal, usually standard error. */
export interface ProgressStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const everyImages = 4096
const clearLine = '\r\u001b[K'

/** Shows how far a long work is, on a terminal only, and wipes the line when it is done. */
export class Progress {
  readonly #stream: ProgressStream
  #shown = false
  #told = 0
  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  /** Called with how many images a step has come to; shows that now and then. */
  report(step: string, images: number): void {
    const told = Math.floor(images / everyImages)
    if (told !== this.#told) this.show(`${step}: ${amountText(images, 'image')}`)
    this.#told = told
  }

  /** Shows a text in the place of the one before. */
  show(words: string): void {
    if (this.#stream.isTTY !== true) return
    this.#shown = true
    this.#stream.write(`${clearLine}${words}`)
  }

  end(): void {
    if (this.#shown) this.#stream.write(clearLine)
    this.#shown = false
  }
}

/** Shows on a terminal what a work of unknown length is about, as long as it lasts. */
export async function withProgress<T>(words: string, work: () => Promise<T>): Promise<T> {
  const progress = new Progress(process.stderr)
  progress.show(words)
  try {
    return await work()
  } finally {
    progress.end()
  }
}
