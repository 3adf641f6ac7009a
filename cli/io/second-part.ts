import { Worker } from 'node:worker_threads'
import { InvalidInputError } from '../../shared/errors.ts'
import type { ImageBlock } from './image-block.ts'
import { secondPartProgram } from './second-part-program.ts'

/** Lines of a file from a byte on, to its end. */
export interface FilePart {
  readonly path: string
  readonly start: number
}

/** What is wrong with a part: `line` counts from its beginning, and is absent where no line is to blame. */
export interface PartProblem {
  readonly complaint: string
  readonly line: number | undefined
}

/** What the thread sends: blocks, and at the end that it is done or what is wrong. */
export type PartMessage =
  | { readonly kind: 'block'; readonly block: ImageBlock }
  | { readonly kind: 'done'; readonly problem: PartProblem | undefined }

/** A part that a thread of its own is reading. */
export interface ReadingPart {
  /** Waits for the end. Throws InvalidInputError for bad input, whose line is counted on from `linesBefore`. */
  done(linesBefore: number): Promise<void>
  /** Ends the thread, whether or not it is done. */
  stop(): Promise<unknown>
}

/** Begins to read a part; `onBlock` gets its blocks in order. */
export const readSecondPart = (part: FilePart, onBlock: (block: ImageBlock) => void): ReadingPart => {
  const worker = new Worker(secondPartProgram, {
    workerData: part,
    // The thread keeps nothing but its blocks, which are not on its heap.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const ended = new Promise<PartProblem | undefined>((resolve, reject) => {
    worker.on('message', (message: PartMessage) => {
      if (message.kind === 'block') onBlock(message.block)
      else resolve(message.problem)
    })
    worker.on('error', reject)
    worker.on('exit', code => reject(new Error(`the reading thread ended with ${code}`)))
  })
  // Where the first part is at fault, the second is not waited for.
  ended.catch(() => undefined)
  return {
    done: async linesBefore => {
      const problem = await ended
      if (problem !== undefined) throw new InvalidInputError(placed(problem, linesBefore))
    },
    stop: () => worker.terminate(),
  }
}

const placed = ({ complaint, line }: PartProblem, linesBefore: number): string =>
  line === undefined ? complaint : `line ${linesBefore + line}: ${complaint}`
