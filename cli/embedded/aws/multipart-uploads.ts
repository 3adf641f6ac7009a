import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import type { BucketStore, ObjectHead } from './object-store.ts'

const aboutSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  contentType: z.string(),
  metadata: z.record(z.string(), z.string()),
  startedAtMs: z.number(),
})
type About = z.infer<typeof aboutSchema>

/** A part as its client names it in the end. */
export interface NamedPart {
  readonly number: number
  readonly etag: string
}

const dayMs = 24 * 3600 * 1000
/** Of each part but the last. */
const leastPartBytes = 5 * 1024 * 1024

/** Objects that come in parts: a folder for each, a file for each part. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
export class MultipartUploads {
  private readonly folder: string
  private readonly now: () => number

  constructor(folder: string, now: () => number) {
    this.folder = folder
    this.now = now
  }

  async start(about: Omit<About, 'startedAtMs'>): Promise<string> {
    const id = randomUUID()
    await mkdir(join(this.folder, id), { recursive: true })
    const file = JSON.stringify({ ...about, startedAtMs: this.now() })
    await writeFile(join(this.folder, id, 'about.json'), file, { flush: true })
    return id
  }

  /** Its tag; one that is sent again takes the place of the former. */
  async putPart(id: string, number: number, content: AsyncIterable<Uint8Array>): Promise<string> {
    await this.aboutOf(id)
    const hash = createHash('md5')
    const measured = new Transform({
      transform: (chunk, _, done) => {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    const next = join(this.folder, id, `${randomUUID()}.next`)
    await pipeline(Readable.from(content), measured, createWriteStream(next))
    const etag = hash.digest('hex')
    await rename(next, this.partOf(id, number, etag))
    return `"${etag}"`
  }

  /** Puts the parts together to an object; those that are not named are dropped. */
  async complete(id: string, named: readonly NamedPart[], store: BucketStore): Promise<ObjectHead> {
    const { bucket, key, contentType, metadata } = await this.aboutOf(id)
    const files = named.map(({ number, etag }) => this.partOf(id, number, etag.replaceAll('"', '')))
    const sizes = await Promise.all(files.map(file => stat(file).then(found => found.size, noSuchPart)))
    if (sizes.slice(0, -1).some(size => size < leastPartBytes))
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed object size.')
    if (named.some(({ number }, at) => at > 0 && number <= (named[at - 1]?.number ?? 0)) || named.length === 0)
      throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.')
    const tags = named.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'))
    const etag = `"${createHash('md5').update(Buffer.concat(tags)).digest('hex')}-${named.length}"`
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0)
    const head = await store.putStream(bucket, { key, contentType, metadata, etag, sizeBytes }, together(files))
    await rm(join(this.folder, id), { recursive: true, force: true })
    return head
  }

  async abort(id: string): Promise<void> {
    await this.aboutOf(id)
    await rm(join(this.folder, id), { recursive: true, force: true })
  }

  /** Ends those that were begun longer than a day ago. */
  async removeForgotten(): Promise<void> {
    const ids = await readdir(this.folder).catch(() => [])
    for (const id of ids) {
      const isFresh = await this.aboutOf(id).then(
        about => this.now() - about.startedAtMs <= dayMs,
        () => false,
      )
      if (!isFresh) await rm(join(this.folder, id), { recursive: true, force: true })
    }
  }

  private partOf(id: string, number: number, etag: string): string {
    return join(this.folder, id, `${number}-${/^[0-9a-f]{32}$/.test(etag) ? etag : 'none'}.part`)
  }

  private async aboutOf(id: string): Promise<About> {
    const missing = new AwsError('NoSuchUpload', 'The specified multipart upload does not exist.', { status: 404 })
    if (!/^[0-9a-f-]{36}$/.test(id)) throw missing
    const file = await readFile(join(this.folder, id, 'about.json'), 'utf8').catch(() => {
      throw missing
    })
    return aboutSchema.parse(JSON.parse(file))
  }
}

const noSuchPart = (): never => {
  throw new AwsError('InvalidPart', 'One or more of the specified parts could not be found.')
}

async function* together(files: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const file of files) yield* createReadStream(file)
}
