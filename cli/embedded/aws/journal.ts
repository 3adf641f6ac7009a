import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { InvalidInputError } from '../../../shared/errors.ts'

const lineFeed = 0x0a

/**
 * An append-only file of JSON lines. `append` returns when the operating system holds the line, so a killed process
 * loses nothing it has acknowledged; the power cut of the whole machine may cost the last moments (no fsync: it would
 * cost more than everything else an embedded send does).
 */
export class Journal {
  private readonly path: string
  private descriptor: number
  private sizeBytes: number
  private lines: number

  private constructor(path: string, descriptor: number, sizeBytes: number, lines: number) {
    this.path = path
    this.descriptor = descriptor
    this.sizeBytes = sizeBytes
    this.lines = lines
  }

  /** Opens or creates the file and hands every record in it to `replay`, in order. */
  static open(path: string, replay: (record: unknown) => void): Journal {
    const descriptor = openSync(path, 'a+', 0o600)
    const content = readFileSync(descriptor)
    const wholeBytes = content.lastIndexOf(lineFeed) + 1
    // A process killed inside a write leaves half a line, whose write was never confirmed.
    if (wholeBytes < content.length) ftruncateSync(descriptor, wholeBytes)
    const lines = content.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1)
    lines.forEach((line, index) => {
      replay(parseLine(line, path, index + 1))
    })
    return new Journal(path, descriptor, wholeBytes, lines.length)
  }

  get lineCount(): number {
    return this.lines
  }

  append(record: unknown): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`)
    try {
      const written = writeSync(this.descriptor, line)
      if (written < line.length) throw new Error(`wrote ${written} of ${line.length} bytes to ${this.path}`)
    } catch (error) {
      // On a full disk: what was written of this line must not become the head of the next one.
      ftruncateSync(this.descriptor, this.sizeBytes)
      throw error
    }
    this.sizeBytes += line.length
    this.lines += 1
  }

  /** Replaces the whole content at once; a crash leaves either the old file or the new one. */
  rewrite(records: readonly unknown[]): void {
    const content = Buffer.from(records.map(record => `${JSON.stringify(record)}\n`).join(''))
    const next = `${this.path}.next`
    writeFileSync(next, content, { mode: 0o600 })
    renameSync(next, this.path)
    closeSync(this.descriptor)
    this.descriptor = openSync(this.path, 'a', 0o600)
    this.sizeBytes = content.length
    this.lines = records.length
  }

  close(): void {
    closeSync(this.descriptor)
  }
}

const parseLine = (line: string, path: string, number: number): unknown => {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new InvalidInputError(
      `${path} line ${number} is not JSON: the file was changed by another program; restore it or remove it (its messages are lost)`,
      { cause },
    )
  }
}
