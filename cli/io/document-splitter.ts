import { InvalidInputError } from '../../shared/errors.ts'

const quote = 34
const backslash = 92
const comma = 44
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125
const maxItemLength = 64 * 1024 * 1024

/**
 * The items of the list in `{"images": [ … ]}`. Only brackets, commas and texts are looked at here; each item is left
 * to JSON.parse, and what stands around the list is compared with what must stand there.
 */
export class DocumentSplitter {
  #text = ''
  #at = 0
  #start = 0
  #depth = 0
  #inText = false
  #number = 0
  #place: 'before' | 'inside' | 'behind' = 'before'

  take(text: string, item: (json: string, number: number) => void): void {
    this.#text = this.#text.slice(this.#start) + text
    this.#at -= this.#start
    this.#start = 0
    if (this.#text.length > maxItemLength) {
      throw new InvalidInputError(`image ${this.#number + 1}: expected at most ${maxItemLength} characters, got more`)
    }
    if (this.#place === 'before') this.#enter()
    if (this.#place === 'inside') this.#scan(item)
  }

  end(): void {
    const rest = this.#text.slice(this.#start).trim()
    if (this.#place !== 'behind')
      throw new InvalidInputError('expected the end of the list of images, got the end of the text')
    if (rest !== '}')
      throw new InvalidInputError(`expected } behind the list of images, got ${JSON.stringify(rest.slice(0, 40))}`)
  }

  #enter(): void {
    const head = /^\s*\{\s*"images"\s*:\s*/.exec(this.#text)?.[0] ?? ''
    if (head.length === this.#text.length) return
    if (this.#text.charCodeAt(head.length) !== openBracket) throw new InvalidInputError('images: expected a list')
    this.#at = head.length + 1
    this.#start = this.#at
    this.#place = 'inside'
  }

  #scan(item: (json: string, number: number) => void): void {
    const text = this.#text
    for (; this.#at < text.length && this.#place === 'inside'; this.#at++) {
      const code = text.charCodeAt(this.#at)
      if (this.#inText) this.#inTextAt(code)
      else if (code === quote) this.#inText = true
      else if (code === openBrace || code === openBracket) this.#depth++
      else if (this.#depth > 0 && (code === closeBrace || code === closeBracket)) this.#depth--
      else if (this.#depth === 0 && (code === comma || code === closeBracket)) this.#close(code, item)
    }
  }

  #inTextAt(code: number): void {
    if (code === backslash) this.#at++
    else if (code === quote) this.#inText = false
  }

  #close(code: number, item: (json: string, number: number) => void): void {
    const json = this.#text.slice(this.#start, this.#at)
    const isEmptyList = code === closeBracket && this.#number === 0 && json.trim() === ''
    this.#start = this.#at + 1
    if (code === closeBracket) this.#place = 'behind'
    if (!isEmptyList) item(json, ++this.#number)
  }
}
