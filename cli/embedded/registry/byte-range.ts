import { RegistryError } from './errors.ts'
import type { ChunkRange } from './storage/uploads.ts'

/** What of `sizeBytes` bytes a Range header asks for; undefined for all of it. Several ranges are answered with all of it. */
export const parseByteRange = (header: string | undefined, sizeBytes: number): ChunkRange | undefined => {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  const range =
    first === '' ? suffixOf(Number(last), sizeBytes) : { first: Number(first), last: boundOf(last, sizeBytes) }
  if (range.first < sizeBytes && range.first <= range.last) return range
  throw new RegistryError('RANGE_INVALID', `range not satisfiable: the blob has ${sizeBytes} bytes`, {
    status: 416,
    headers: { 'Content-Range': `bytes */${sizeBytes}` },
  })
}

const suffixOf = (length: number, sizeBytes: number): ChunkRange => ({
  first: length === 0 ? sizeBytes : Math.max(sizeBytes - length, 0),
  last: sizeBytes - 1,
})

const boundOf = (last: string, sizeBytes: number): number =>
  last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)

/** The Content-Range of a chunk being pushed: `0-1023`, without a unit as in the specification, or with `bytes `. */
export const parseContentRange = (header: string | undefined): ChunkRange | undefined => {
  if (header === undefined) return undefined
  const [, first, last] = /^(?:bytes )?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/.exec(header) ?? []
  if (Number(first) <= Number(last)) return { first: Number(first), last: Number(last) }
  throw new RegistryError('RANGE_INVALID', `expected Content-Range <first>-<last>, got ${JSON.stringify(header)}`, {
    status: 416,
  })
}
