import { parseRepositoryName } from '../../shared/domain/image-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { BlockWriter } from './block-writer.ts'
import { digestBytes, tagSeparator } from './image-block.ts'
import { parseTime, quickTimeMs } from './read-time.ts'

const [space, tab, carriageReturn, quote, comma, backslash] = [32, 9, 13, 34, 44, 92]
const [openBracket, closeBracket, openBrace, closeBrace, colon] = [91, 93, 123, 125, 58]
const [zero, nine] = [48, 57]
const refused = -1
const maxTagLength = 128
const maxDigits = 15

const keys = ['repository', 'digest', 'tags', 'mediaType', 'sizeBytes', 'pushedAt', 'pulledAt', 'createdAt'] as const
const keyBytes = keys.map(key => Buffer.from(`${key}"`))
const needed = 0b111
const digestPrefix = Buffer.from('"sha256:')

/** What a byte is worth as a lower-case hex digit; -1 for others. */
const hexValues = new Int8Array(256).fill(-1)
for (const [value, digit] of [...'0123456789abcdef'].entries()) hexValues[digit.charCodeAt(0)] = value

/** 2 for what can begin a tag, 1 for what can only follow. */
const tagBytes = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte)
  tagBytes[byte] = /[a-zA-Z0-9_]/.test(character) ? 2 : /[.-]/.test(character) ? 1 : 0
}

/**
 * Reads the usual line of an images file straight from its bytes into columns, in a quarter of the time that JSON.parse
 * and a check of its value take. It takes only what it is sure of: one object of the eight most common fields, each
 * once, of plain ASCII without escapes. Whatever else a line holds, right or wrong, is refused and left to readImage.
 */
export class ImageLine {
  readonly #rows: BlockWriter
  #bytes: Uint8Array = new Uint8Array()
  #text: Buffer = Buffer.alloc(0)
  #repository = { text: Buffer.alloc(0), number: 0 }
  #mediaType = { text: Buffer.alloc(0), number: 0 }
  #tagEnd = 0
  #image = { repository: 0, mediaType: 0 }
  constructor(rows: BlockWriter) {
    this.#rows = rows
  }

  /** False where the line, which ends before `end`, was not taken; nothing is kept of it then. */
  take(bytes: Buffer, start: number, end: number, place: number): boolean {
    if (bytes[start] !== openBrace) return false
    this.#bytes = bytes
    this.#text = bytes
    this.#rows.reserveTags(end - start)
    this.#image.mediaType = 0
    const isTaken = this.#object(start + 1, end)
    if (isTaken) this.#rows.close(this.#image.repository, this.#image.mediaType, this.#tagEnd, place)
    else this.#rows.drop()
    return isTaken
  }

  #object(start: number, end: number): boolean {
    let at = this.#skip(start)
    let seen = 0
    let guess = 0
    for (;;) {
      if (this.#bytes[at] !== quote) return false
      const key = this.#keyAt(at + 1, guess)
      if (key === refused || (seen & (1 << key)) !== 0) return false
      seen |= 1 << key
      guess = key + 1
      at = this.#skip(at + 2 + (keys[key]?.length ?? 0))
      if (this.#bytes[at] !== colon) return false
      at = this.#value(key, this.#skip(at + 1))
      if (at === refused) return false
      at = this.#skip(at)
      if (this.#bytes[at] === closeBrace) break
      if (this.#bytes[at] !== comma) return false
      at = this.#skip(at + 1)
    }
    return (seen & needed) === needed && this.#skip(at + 1) === end
  }

  /** The number of the key that stands here; the fields of all lines tend to stand in one order, so `guess` goes first. */
  #keyAt(at: number, guess: number): number {
    for (let tried = 0; tried < keys.length; tried++) {
      const key = (guess + tried) % keys.length
      if (this.#holds(keyBytes[key] as Uint8Array, at)) return key
    }
    return refused
  }

  #value(key: number, at: number): number {
    switch (keys[key]) {
      case 'repository':
        return this.#repositoryAt(at)
      case 'digest':
        return this.#digestAt(at)
      case 'tags':
        return this.#tagsAt(at)
      case 'mediaType':
        return this.#mediaTypeAt(at)
      case 'sizeBytes':
        return this.#sizeAt(at)
      case 'pushedAt':
        return this.#timeAt('pushed', at)
      case 'pulledAt':
        return this.#timeAt('pulled', at)
      default:
        return this.#timeAt('created', at)
    }
  }

  #skip(start: number): number {
    let at = start
    while (this.#bytes[at] === space || this.#bytes[at] === tab || this.#bytes[at] === carriageReturn) at++
    return at
  }

  #holds(wanted: Uint8Array, at: number): boolean {
    for (let place = 0; place < wanted.length; place++) if (this.#bytes[at + place] !== wanted[place]) return false
    return true
  }

  /** Behind the closing quote of a text that holds nothing to decode. */
  #textEnd(start: number): number {
    if (this.#bytes[start] !== quote) return refused
    for (let at = start + 1; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at] as number
      if (byte === quote) return at === start + 1 ? refused : at + 1
      if (byte < space || byte > 126 || byte === backslash) return refused
    }
    return refused
  }

  #repositoryAt(at: number): number {
    if (!this.#holds(this.#repository.text, at) || this.#repository.text.length === 0) {
      const end = this.#textEnd(at)
      if (end === refused) return refused
      const name = normalName(this.#text.toString('latin1', at + 1, end - 1))
      if (name === undefined) return refused
      const text = Buffer.from(this.#text.subarray(at, end))
      this.#repository = { text, number: this.#rows.repositoryNames.numberOf(name) }
    }
    this.#image.repository = this.#repository.number
    return at + this.#repository.text.length
  }

  #mediaTypeAt(at: number): number {
    if (!this.#holds(this.#mediaType.text, at) || this.#mediaType.text.length === 0) {
      const end = this.#textEnd(at)
      if (end === refused) return refused
      const text = Buffer.from(this.#text.subarray(at, end))
      const name = this.#text.toString('latin1', at + 1, end - 1)
      this.#mediaType = { text, number: this.#rows.mediaTypeNames.numberOf(name) }
    }
    this.#image.mediaType = this.#mediaType.number + 1
    return at + this.#mediaType.text.length
  }

  #digestAt(at: number): number {
    if (!this.#holds(digestPrefix, at)) return refused
    const { digests, digestStart } = this.#rows
    const hex = at + digestPrefix.length
    let wrong = 0
    for (let place = 0; place < digestBytes; place++) {
      const high = hexValues[this.#bytes[hex + 2 * place] as number] ?? refused
      const low = hexValues[this.#bytes[hex + 2 * place + 1] as number] ?? refused
      wrong |= high | low
      digests[digestStart + place] = high * 16 + low
    }
    const end = hex + 2 * digestBytes
    return wrong < 0 || this.#bytes[end] !== quote ? refused : end + 1
  }

  #tagsAt(start: number): number {
    this.#tagEnd = this.#rows.tagStart
    if (this.#bytes[start] !== openBracket) return refused
    let at = this.#skip(start + 1)
    if (this.#bytes[at] === closeBracket) return at + 1
    for (;;) {
      at = this.#tagAt(at)
      if (at === refused) return refused
      at = this.#skip(at)
      if (this.#bytes[at] === closeBracket) return at + 1
      if (this.#bytes[at] !== comma) return refused
      this.#rows.tagText[this.#tagEnd++] = tagSeparator
      at = this.#skip(at + 1)
    }
  }

  #tagAt(start: number): number {
    if (this.#bytes[start] !== quote || tagBytes[this.#bytes[start + 1] as number] !== 2) return refused
    const text = this.#rows.tagText
    for (let at = start + 1; at <= start + 1 + maxTagLength; at++) {
      const byte = this.#bytes[at] as number
      if (byte === quote) return at + 1
      if ((tagBytes[byte] ?? 0) === 0) return refused
      text[this.#tagEnd++] = byte
    }
    return refused
  }

  #sizeAt(start: number): number {
    let at = start
    let value = 0
    for (let byte = this.#bytes[at] as number; byte >= zero && byte <= nine; byte = this.#bytes[++at] as number)
      value = value * 10 + byte - zero
    const digits = at - start
    if (digits === 0 || digits > maxDigits || (digits > 1 && this.#bytes[start] === zero)) return refused
    this.#rows.set('sizes', value)
    return at
  }

  #timeAt(column: 'pushed' | 'pulled' | 'created', at: number): number {
    const end = this.#textEnd(at)
    if (end === refused) return refused
    const ms = quickTimeMs(this.#bytes, at + 1, end - 1) ?? slowTimeMs(this.#text.toString('latin1', at + 1, end - 1))
    if (ms === undefined) return refused
    this.#rows.set(column, ms)
    return end
  }
}

const normalName = (text: string): string | undefined => unlessRefused(() => parseRepositoryName(text))

const slowTimeMs = (text: string): number | undefined => unlessRefused(() => parseTime(text).getTime())

/** What is wrong is put into words by readImage, which reads the line again. */
const unlessRefused = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined
    throw error
  }
}
