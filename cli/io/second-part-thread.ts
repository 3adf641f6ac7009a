import { parentPort, workerData } from 'node:worker_threads'
import { InvalidInputError } from '../../shared/errors.ts'
import { BlockWriter } from './block-writer.ts'
import { fileChunks } from './file-chunks.ts'
import { LineReader } from './line-reader.ts'
import { ItemError } from './read-item.ts'
import type { FilePart, PartMessage, PartProblem } from './second-part.ts'

const tell = (message: PartMessage): void => parentPort?.postMessage(message)

const readPart = async ({ path, start }: FilePart): Promise<void> => {
  const rows = new BlockWriter(block => tell({ kind: 'block', block }))
  const reader = new LineReader(rows)
  for await (const chunk of fileChunks(path, start)) reader.take(chunk)
  reader.end()
  rows.flush()
}

const problemOf = (error: unknown): PartProblem => {
  if (error instanceof ItemError) return { complaint: error.complaint, line: error.number }
  if (error instanceof InvalidInputError) return { complaint: error.message, line: undefined }
  throw error
}

// The one who started the thread gave it a part.
const part: FilePart = workerData
try {
  await readPart(part)
  tell({ kind: 'done', problem: undefined })
} catch (error) {
  tell({ kind: 'done', problem: problemOf(error) })
}
