import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as z from 'zod'

const headSchema = z.object({
  key: z.string(),
  contentType: z.string(),
  etag: z.string(),
  metadata: z.record(z.string(), z.string()),
  sizeBytes: z.int(),
  modifiedAtMs: z.number(),
})

/** What is known of an object without its content. */
export type ObjectHead = z.infer<typeof headSchema>
export interface StoredObject {
  readonly head: ObjectHead
  /** The content, or a part of it, `last` included; read as it is sent. */
  readonly open: (range?: { readonly first: number; readonly last: number }) => Readable
}
export type NewObject = Pick<ObjectHead, 'key' | 'contentType' | 'metadata'> & { body: Uint8Array }

/** Objects whose key begins so are gone so many days after they were written. */
export interface Expiry {
  readonly prefix: string
  readonly days: number
}

const lineFeed = 0x0a
const dayMs = 24 * 3600 * 1000
/** Of a file, read at once to find its first line. */
const headBytes = 8_192

/**
 * Buckets as folders, objects as files: one line of JSON, then the content. A file is named by the hash of its key, for
 * keys are longer than file names may be, and may hold `..`.
 */
export class BucketStore {
  private readonly folder: string
  private readonly now: () => number
  private readonly expiries: readonly Expiry[]
  /** None is ever removed. */
  private readonly buckets = new Set<string>()

  constructor(folder: string, now: () => number, expiries: readonly Expiry[] = []) {
    this.folder = folder
    this.now = now
    this.expiries = expiries
  }

  async createBucket(bucket: string): Promise<void> {
    await mkdir(join(this.folder, bucket), { recursive: true })
  }

  async hasBucket(bucket: string): Promise<boolean> {
    if (this.buckets.has(bucket)) return true
    const isThere = await stat(join(this.folder, bucket)).then(
      found => found.isDirectory(),
      () => false,
    )
    if (isThere) this.buckets.add(bucket)
    return isThere
  }

  /** Writes the object whole or not at all; undefined when it must be new and is not. */
  async put(bucket: string, object: NewObject, mustBeNew: boolean): Promise<ObjectHead | undefined> {
    const head: ObjectHead = {
      key: object.key,
      contentType: object.contentType,
      metadata: object.metadata,
      etag: `"${createHash('md5').update(object.body).digest('hex')}"`,
      sizeBytes: object.body.length,
      modifiedAtMs: this.now(),
    }
    const path = this.pathOf(bucket, object.key)
    const next = join(this.folder, bucket, `${randomUUID()}.next`)
    await writeFile(next, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), object.body]), { flush: true })
    if (!mustBeNew) {
      await rename(next, path)
      return head
    }
    // Two writers may both have found no object: a link can be made by one of them only.
    const isNew = await link(next, path).then(
      () => true,
      error => {
        if (isErrorCode(error, 'EEXIST')) return false
        throw error
      },
    )
    await rm(next)
    return isNew ? head : undefined
  }

  /** Writes an object of any size, whole or not at all, as it is read; its tag and its size are known before. */
  async putStream(
    bucket: string,
    about: Pick<ObjectHead, 'key' | 'contentType' | 'metadata' | 'etag' | 'sizeBytes'>,
    content: AsyncIterable<Uint8Array>,
  ): Promise<ObjectHead> {
    const head: ObjectHead = { ...about, modifiedAtMs: this.now() }
    const next = join(this.folder, bucket, `${randomUUID()}.next`)
    const file = async function* () {
      yield Buffer.from(`${JSON.stringify(head)}\n`)
      yield* content
    }
    try {
      await pipeline(Readable.from(file()), createWriteStream(next, { flush: true }))
      await rename(next, this.pathOf(bucket, head.key))
    } catch (error) {
      await rm(next, { force: true })
      throw error
    }
    return head
  }

  async find(bucket: string, key: string): Promise<StoredObject | undefined> {
    const found = await this.read(this.pathOf(bucket, key))
    return found && !this.isExpired(found.head) ? found : undefined
  }

  /** Removes what is expired, in all buckets. */
  async removeExpired(): Promise<void> {
    if (this.expiries.length === 0) return
    for (const bucket of await readdir(this.folder))
      for (const file of await objectsIn(join(this.folder, bucket))) {
        const head = (await this.read(file))?.head
        if (head && this.isExpired(head)) await rm(file, { force: true })
      }
  }

  private isExpired({ key, modifiedAtMs }: ObjectHead): boolean {
    return this.expiries.some(({ prefix, days }) => key.startsWith(prefix) && this.now() - modifiedAtMs > days * dayMs)
  }

  /** Removes the object; one that is not there is no error. */
  async delete(bucket: string, key: string): Promise<void> {
    await rm(this.pathOf(bucket, key), { force: true })
  }

  /** All objects whose key begins with `prefix`, in the byte order of their keys. */
  async list(bucket: string, prefix: string): Promise<ObjectHead[]> {
    const heads: ObjectHead[] = []
    for (const file of await objectsIn(join(this.folder, bucket))) {
      const head = (await this.read(file))?.head
      if (head?.key.startsWith(prefix) && !this.isExpired(head)) heads.push(head)
    }
    return heads.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  }

  private pathOf(bucket: string, key: string): string {
    return join(this.folder, bucket, `${createHash('sha256').update(key).digest('hex')}.object`)
  }

  private async read(path: string): Promise<StoredObject | undefined> {
    try {
      const { line, contentAt } = await firstLineOf(path)
      const open: StoredObject['open'] = range =>
        createReadStream(path, {
          start: contentAt + (range?.first ?? 0),
          ...(range && { end: contentAt + range.last }),
        })
      return { head: headSchema.parse(JSON.parse(line)), open }
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return undefined
      throw error
    }
  }
}

const objectsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter(name => name.endsWith('.object')).map(name => join(folder, name))

const firstLineOf = async (path: string): Promise<{ readonly line: string; readonly contentAt: number }> => {
  const file = await open(path)
  try {
    let read = Buffer.alloc(0)
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, read.byteLength)
      read = Buffer.concat([read, buffer.subarray(0, bytesRead)])
      const end = read.indexOf(lineFeed)
      if (end >= 0) return { line: read.subarray(0, end).toString(), contentAt: end + 1 }
      if (bytesRead === 0) throw new Error(`${path}: expected a line that says what it is, got none`)
    }
  } finally {
    await file.close()
  }
}

const isErrorCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
