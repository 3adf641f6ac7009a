import type { Writable } from 'node:stream'

const blockSize = 64 * 1024

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
      await writeBlock(block, to)
      if (gone) return
      block = ''
    }
    await writeBlock(block, to)
  } finally {
    to.off('error', onError)
  }
}

const writeBlock = (block: string, to: Writable): Promise<void> =>
  new Promise(resolve => {
    const settled = ['drain', 'close', 'error']
    const done = (): void => {
      for (const event of settled) to.off(event, done)
      resolve()
    }
    for (const event of settled) to.on(event, done)
    if (to.write(block)) done()
  })
