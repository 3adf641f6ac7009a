import type { Readable } from 'node:stream'
import { errorOfGarbage, type FailedCall } from './errors.ts'

/** An object of etcd has at most 1.5 MB; a line of it, as JSON and with the object before it, has some times that. */
const longestLineBytes = 8 * 1024 * 1024

const newline = 0x0a
const openingBrace = 0x7b

/**
 * The lines of a stream of JSON objects, each as soon as it is whole, however they were cut into chunks; empty ones are
 * left out. A connection that is lost ends the lines as a server does that has no more, and half a line is dropped, of which
 * `onHalf` is told.
 *
 * @throws UnavailableError for a line of more than 8 MB, and for a rest that is not the beginning of an object either
 */
export async function* linesOf(body: Readable, call: FailedCall, onHalf: () => void): AsyncGenerator<string> {
  let pieces: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of chunksOf(body)) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      // Decoded as a whole, since a chunk may end within a character.
      const line = Buffer.concat([...pieces, chunk.subarray(start, end)]).toString('utf8')
      if (line.trim() !== '') yield line
      pieces = []
      sizeBytes = 0
      start = end + 1
    }
    pieces.push(chunk.subarray(start))
    sizeBytes += chunk.length - start
    if (sizeBytes > longestLineBytes) throw errorOfGarbage(call, `lines of at most ${longestLineBytes} bytes`)
  }
  const [first] = Buffer.concat(pieces)
  if (first !== undefined) onHalf()
  if (first !== undefined && first !== openingBrace) throw errorOfGarbage(call, 'one JSON object a line')
}

async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk
  } catch {
    // Lost, or ended from here.
  }
}
