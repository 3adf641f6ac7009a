import type { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'

const blockSize = 64 * 1024
/** Bytes that may wait for a slow reader: the next texts are made while the last ones are written. */
const maxWaiting = 1024 * 1024

/**
 * Writes texts in blocks and waits whenever the reader is slow. A reader that went away (`| head`) ends the writing
 * and is no error.
 */
export const writeAll = async (texts: Iterable<string>, to: Writable): Promise<void> => {
  let gone = false
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error
    gone = true
  }
  to.on('error', onError)
  try {
    let block = ''
    for (const text of texts) {
      block += text
      if (block.length < blockSize) continue
      await writeBlock(block, to, maxWaiting)
      if (gone) return
      block = ''
    }
    await writeBlock(block, to, 0)
  } finally {
    to.off('error', onError)
  }
}

const writeBlock = async (block: string, to: Writable, mayWait: number): Promise<void> => {
  const isTaken = to.write(block)
  // What was written before comes to its end in the meantime, and an error is told. One that is gone drains no more.
  if (isTaken || to.destroyed || to.writableLength < mayWait) await nextTurn()
  else await drained(to)
}

const drained = (to: Writable): Promise<void> =>
  new Promise(resolve => {
    const settled = ['drain', 'close', 'error']
    const done = (): void => {
      for (const event of settled) to.off(event, done)
      resolve()
    }
    for (const event of settled) to.on(event, done)
  })
