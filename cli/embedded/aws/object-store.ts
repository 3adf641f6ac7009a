import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
  readonly body: Uint8Array<ArrayBuffer>
}
export type NewObject = Pick<ObjectHead, 'key' | 'contentType' | 'metadata'> & { body: Uint8Array }

const lineFeed = 0x0a

/**
 * Buckets as folders, objects as files: one line of JSON, then the content. A file is named by the hash of its key, for
 * keys are longer than file names may be, and may hold `..`.
 */
export class BucketStore {
  private readonly folder: string
  private readonly now: () => number

  constructor(folder: string, now: () => number) {
    this.folder = folder
    this.now = now
  }

  async createBucket(bucket: string): Promise<void> {
    await mkdir(join(this.folder, bucket), { recursive: true })
  }

  async hasBucket(bucket: string): Promise<boolean> {
    return stat(join(this.folder, bucket)).then(
      found => found.isDirectory(),
      () => false,
    )
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

  async find(bucket: string, key: string): Promise<StoredObject | undefined> {
    return this.read(this.pathOf(bucket, key))
  }

  /** Removes the object; one that is not there is no error. */
  async delete(bucket: string, key: string): Promise<void> {
    await rm(this.pathOf(bucket, key), { force: true })
  }

  /** All objects whose key begins with `prefix`, in the byte order of their keys. */
  async list(bucket: string, prefix: string): Promise<ObjectHead[]> {
    const folder = join(this.folder, bucket)
    const heads: ObjectHead[] = []
    for (const file of (await readdir(folder)).filter(name => name.endsWith('.object'))) {
      const head = (await this.read(join(folder, file)))?.head
      if (head?.key.startsWith(prefix)) heads.push(head)
    }
    return heads.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  }

  private pathOf(bucket: string, key: string): string {
    return join(this.folder, bucket, `${createHash('sha256').update(key).digest('hex')}.object`)
  }

  private async read(path: string): Promise<StoredObject | undefined> {
    try {
      const content = await readFile(path)
      const end = content.indexOf(lineFeed)
      return {
        head: headSchema.parse(JSON.parse(content.subarray(0, end).toString())),
        body: content.subarray(end + 1),
      }
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return undefined
      throw error
    }
  }
}

const isErrorCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
