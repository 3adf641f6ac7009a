import { createHash, type Hash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Algorithm, algorithmOf, type ContentDigest } from '../content-digest.ts'
import { digestInvalid, RegistryError, uploadUnknown } from '../errors.ts'
import { removeFile } from './files.ts'

/** Bytes `first` to `last` of the blob, both included, as a client says in Content-Range. */
export interface ChunkRange {
  first: number
  last: number
}

export interface Upload {
  readonly id: string
  readonly repository: string
  readonly path: string
  sizeBytes: number
  /** Sha256 of the bytes so far, so that a finished upload need not be read again. */
  hash: Hash
  isBusy: boolean
}

/** Blobs on their way in. Kept in memory and a temporary folder: after a restart a client begins anew. */
export class Uploads {
  readonly #folder: string
  readonly #uploads = new Map<string, Upload>()
  constructor(folder: string) {
    this.#folder = folder
  }

  start(repository: string): Upload {
    const id = randomUUID()
    const upload = {
      id,
      repository,
      path: join(this.#folder, id),
      sizeBytes: 0,
      hash: createHash('sha256'),
      isBusy: false,
    }
    this.#uploads.set(id, upload)
    return upload
  }

  get(repository: string, id: string): Upload {
    const upload = this.#uploads.get(id)
    if (upload?.repository !== repository) throw uploadUnknown(id)
    return upload
  }

  /** What came before a broken connection is kept, so that the client can ask how far it got and go on from there. */
  async append(upload: Upload, body: ReadableStream<Uint8Array> | null, range?: ChunkRange): Promise<void> {
    await exclusively(upload, async () => {
      requireNext(upload, range)
      const file = await open(upload.path, 'a')
      try {
        const before = { sizeBytes: upload.sizeBytes, hash: upload.hash.copy() }
        await write(file, upload, body)
        if (!range || upload.sizeBytes === range.last + 1) return
        await file.truncate(before.sizeBytes)
        Object.assign(upload, before)
        throw new RegistryError('SIZE_INVALID', 'provided length did not match content length', { status: 400 })
      } finally {
        await file.close()
      }
    })
  }

  /** Ends the upload. `take` moves the file away; with the wrong digest the upload is dropped and DIGEST_INVALID thrown. */
  async finish(upload: Upload, digest: ContentDigest, take: (path: string) => Promise<void>): Promise<void> {
    await exclusively(upload, async () => {
      this.#uploads.delete(upload.id)
      const received = await receivedDigest(upload, algorithmOf(digest))
      if (received === digest) return take(upload.path)
      await removeFile(upload.path)
      throw digestInvalid('provided digest did not match uploaded content', { digest, received })
    })
  }

  async cancel(upload: Upload): Promise<void> {
    await exclusively(upload, async () => {
      this.#uploads.delete(upload.id)
      await removeFile(upload.path)
    })
  }
}

const write = async (file: FileHandle, upload: Upload, body: ReadableStream<Uint8Array> | null): Promise<void> => {
  for await (const chunk of body ?? []) {
    await file.appendFile(chunk)
    upload.hash.update(chunk)
    upload.sizeBytes += chunk.length
  }
}

/** Which algorithm the client means it says only at the end: any but the usual one costs reading the file again. */
const receivedDigest = async (upload: Upload, algorithm: Algorithm): Promise<ContentDigest> => {
  if (algorithm === 'sha256') return `sha256:${upload.hash.digest('hex')}`
  const hash = createHash(algorithm)
  for await (const chunk of createReadStream(upload.path)) hash.update(chunk)
  return `${algorithm}:${hash.digest('hex')}`
}

const exclusively = async (upload: Upload, work: () => Promise<void>): Promise<void> => {
  if (upload.isBusy)
    throw new RegistryError('BLOB_UPLOAD_INVALID', 'another request is writing to this upload', { status: 409 })
  upload.isBusy = true
  try {
    await work()
  } finally {
    upload.isBusy = false
  }
}

const requireNext = (upload: Upload, range: ChunkRange | undefined): void => {
  if (!range || range.first === upload.sizeBytes) return
  throw new RegistryError(
    'RANGE_INVALID',
    `expected a chunk from byte ${upload.sizeBytes}, got one from ${range.first}`,
    {
      status: 416,
      headers: uploadHeaders(upload),
    },
  )
}

/** Where the upload goes on and how far it is. An empty one says `0-0`, as distribution does. */
export const uploadHeaders = ({ id, repository, sizeBytes }: Upload): Record<string, string> => ({
  Location: `/v2/${repository}/blobs/uploads/${id}`,
  Range: `0-${Math.max(sizeBytes - 1, 0)}`,
  'Docker-Upload-UUID': id,
})
