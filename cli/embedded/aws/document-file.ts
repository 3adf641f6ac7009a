import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import { InvalidInputError } from '../../../shared/errors.ts'

/** A JSON document on disk that only its owner can read; a change replaces the whole file at once. */
export class DocumentFile<S extends z.ZodType> {
  private readonly path: string
  private readonly schema: S

  constructor(path: string, schema: S) {
    this.path = path
    this.schema = schema
  }

  /** The document, or `empty` when there is no file yet. */
  read(empty: z.output<S>): z.output<S> {
    let text: string
    try {
      text = readFileSync(this.path, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return empty
      throw error
    }
    try {
      return this.schema.parse(JSON.parse(text))
    } catch (cause) {
      // The cause of a parse error may quote the content, which is secret.
      const why = cause instanceof z.ZodError ? 'does not have the expected form' : 'is not JSON'
      throw new InvalidInputError(`${this.path} ${why}: restore it from a copy, or remove it to start without`)
    }
  }

  write(document: z.output<S>): void {
    const next = `${this.path}.next`
    const descriptor = openSync(next, 'w', 0o600)
    try {
      writeFileSync(descriptor, JSON.stringify(document))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(next, this.path)
  }
}
