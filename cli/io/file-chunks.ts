import { open } from 'node:fs/promises'

/** Larger chunks of a file only take memory. */
export const chunkBytes = 256 * 1024

/**
 * The bytes of a file from `start` to before `end`, in chunks that each stand where the last one stood: take what is
 * needed of a chunk before the next. A stream of the system gives every chunk memory of its own, and of a large file
 * most of that is still there when the last has been read.
 */
export async function* fileChunks(path: string, start = 0, end = Number.POSITIVE_INFINITY): AsyncIterable<Buffer> {
  const file = await open(path)
  try {
    const chunk = Buffer.allocUnsafeSlow(chunkBytes)
    // A pipe has no positions: without a part to read, its bytes are taken as they come.
    let at = start === 0 && end === Number.POSITIVE_INFINITY ? null : start
    for (;;) {
      const wanted = Math.min(chunkBytes, end - (at ?? 0))
      const { bytesRead } = await file.read(chunk, 0, wanted, at)
      if (bytesRead === 0) return
      if (at !== null) at += bytesRead
      yield chunk.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
