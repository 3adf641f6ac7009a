import { randomInt } from 'node:crypto'
import { blockRows, digestBytes, digestTextAt, type StoredBlock, tagSeparator } from './image-block.ts'

/** A tag or digest that two rows of a repository share. */
export interface Duplicate {
  readonly what: 'tag' | 'digest'
  readonly text: string
  readonly row: number
  readonly before: number
}

/** A start that cannot be foreseen, so that no file can be made whose tags all fall together. */
const seed = randomInt(2 ** 31)
const prime = 0x01000193

/**
 * Looks for what stands twice among some rows, in their columns: a million texts in a Map take five times the
 * memory and the time.
 */
export class Duplicates {
  readonly #blocks: readonly StoredBlock[]
  readonly #seen = new Places()
  constructor(blocks: readonly StoredBlock[]) {
    this.#blocks = blocks
  }

  find(rows: Uint32Array): Duplicate | undefined {
    return this.#findTag(rows) ?? this.#findDigest(rows)
  }

  #findTag(rows: Uint32Array): Duplicate | undefined {
    const seen = this.#seen
    seen.clear(this.#countTags(rows))
    for (const row of rows) {
      const { tagText } = this.#blockOf(row)
      const [first, last] = this.#tagsOf(row)
      for (let start = first; start < last; ) {
        const end = tagEnd(tagText, start, last)
        const same = seen.put(hashOf(tagText, start, end), row, start, (other, at) =>
          this.#isTag(other, at, tagText, start, end),
        )
        if (same !== undefined) {
          return { what: 'tag', text: textOf(tagText, start, end), row, before: same }
        }
        start = end + 1
      }
    }
    return undefined
  }

  #findDigest(rows: Uint32Array): Duplicate | undefined {
    const seen = this.#seen
    seen.clear(rows.length)
    for (const row of rows) {
      const { digests } = this.#blockOf(row)
      const start = (row % blockRows) * digestBytes
      const same = seen.put(hashOf(digests, start, start + digestBytes), row, start, (other, at) =>
        isSame(this.#blockOf(other).digests, at, digests, start, digestBytes),
      )
      if (same !== undefined) {
        return { what: 'digest', text: digestTextAt(digests, start), row, before: same }
      }
    }
    return undefined
  }

  #countTags(rows: Uint32Array): number {
    let count = 0
    for (const row of rows) {
      const { tagText } = this.#blockOf(row)
      const [first, last] = this.#tagsOf(row)
      for (let start = first; start < last; start = tagEnd(tagText, start, last) + 1) count++
    }
    return count
  }

  #isTag(other: number, at: number, text: Uint8Array, start: number, end: number): boolean {
    const { tagText } = this.#blockOf(other)
    const otherEnd = tagEnd(tagText, at, this.#tagsOf(other)[1])
    return otherEnd - at === end - start && isSame(tagText, at, text, start, end - start)
  }

  #tagsOf(row: number): readonly [number, number] {
    const { tagEnds } = this.#blockOf(row)
    const place = row % blockRows
    return [place === 0 ? 0 : (tagEnds[place - 1] as number), tagEnds[place] as number]
  }

  #blockOf(row: number): StoredBlock {
    return this.#blocks[Math.floor(row / blockRows)] as StoredBlock
  }
}

/** Where things were seen first, by hash: a table of open addresses. */
class Places {
  #mask = 0
  /** Row and place plus 1, beside each other; 0 where nothing is. */
  #entries = new Uint32Array()

  /** Forgets everything and makes room for so many. One table serves all repositories. */
  clear(most: number): void {
    let slots = 8
    while (slots < most * 2) slots *= 2
    this.#mask = slots - 1
    if (this.#entries.length < slots * 2) this.#entries = new Uint32Array(slots * 2)
    else this.#entries.fill(0, 0, slots * 2)
  }

  /** The row of what was put before and is the same; else puts it. */
  put(hash: number, row: number, start: number, isSame: (row: number, start: number) => boolean): number | undefined {
    let slot = hash & this.#mask
    for (;;) {
      const taken = this.#entries[2 * slot + 1] as number
      if (taken === 0) break
      const other = this.#entries[2 * slot] as number
      if (isSame(other, taken - 1)) return other
      slot = (slot + 1) & this.#mask
    }
    this.#entries[2 * slot] = row
    this.#entries[2 * slot + 1] = start + 1
    return undefined
  }
}

/** FNV-1a. */
const hashOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = seed
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), prime)
  return mixed(hash)
}

/** Only the lowest bits are used, so the others are mixed into them. */
const mixed = (hash: number): number => {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (once ^ (once >>> 13)) >>> 0
}

const isSame = (a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean => {
  for (let at = 0; at < length; at++) if (a[aStart + at] !== b[bStart + at]) return false
  return true
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')

const tagEnd = (text: Uint8Array, start: number, last: number): number => {
  let end = start
  while (end < last && text[end] !== tagSeparator) end++
  return end
}
