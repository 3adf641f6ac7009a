import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byteParts } from '../../shared/byte-parts.ts'

async function* chunksOf(chunks: readonly Uint8Array[]) {
  yield* chunks
}

it('cuts any chunks into parts of one size, and loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.integer({ min: 1, max: 30 }),
      async (chunks, size) => {
        const parts: Uint8Array[] = []
        for await (const part of byteParts(chunksOf(chunks), size)) parts.push(part)

        expect(Buffer.concat(parts)).toEqual(Buffer.concat(chunks))
        expect(parts.slice(0, -1).every(part => part.byteLength === size)).toBe(true)
        expect(parts.every(part => part.byteLength > 0)).toBe(true)
      },
    ),
  )
})
