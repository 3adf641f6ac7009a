/** The same bytes in parts of exactly `partBytes`, the last one shorter; none of no bytes. Holds one part at a time. */
export async function* byteParts(
  chunks: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let part = Buffer.alloc(0)
  let filled = 0
  for await (const chunk of chunks)
    for (let taken = 0; taken < chunk.byteLength; ) {
      // A part that was handed on is not written into again.
      if (filled === 0) part = Buffer.allocUnsafeSlow(partBytes)
      const piece = chunk.subarray(taken, taken + partBytes - filled)
      part.set(piece, filled)
      taken += piece.byteLength
      filled += piece.byteLength
      if (filled < partBytes) continue
      yield part
      filled = 0
    }
  if (filled > 0) yield part.subarray(0, filled)
}
