import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { InvalidInputError } from '../../../shared/errors.ts'
import type { KubernetesObject } from './kubernetes-object.ts'

/** One acknowledged change: what lies at a key from this resourceVersion on; no object where it was deleted. */
export interface JournalEntry {
  resourceVersion: number
  key: string
  object?: KubernetesObject
}

/** An append-only file of changes. A write is in the kernel before it is acknowledged, so killing the process loses none. */
export class ObjectJournal {
  readonly #path: string
  #file: number | undefined

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
  }

  /** All entries, oldest first. A torn last line is a write that was never acknowledged, and is left out. */
  read(): JournalEntry[] {
    if (!existsSync(this.#path)) return []
    const lines = readFileSync(this.#path, 'utf8').split('\n')
    const torn = lines.pop()
    const entries = lines.map((line, index) => parseEntry(line, `${this.#path}:${index + 1}`))
    return torn ? [...entries, ...wholeEntry(torn)] : entries
  }

  append(entry: JournalEntry): void {
    this.#file ??= openSync(this.#path, 'a', 0o600)
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
  }

  /** Replaces the file by these entries in one step: a kill leaves the old file or the new one. */
  rewrite(entries: readonly JournalEntry[]): void {
    this.close()
    const next = `${this.#path}.next`
    writeFileSync(next, entries.map(entry => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 })
    renameSync(next, this.#path)
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

function parseEntry(line: string, place: string): JournalEntry {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new InvalidInputError(
      `expected one JSON object per line in ${place}; restore the file or start with an empty data folder`,
      { cause },
    )
  }
}

function wholeEntry(line: string): JournalEntry[] {
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}
