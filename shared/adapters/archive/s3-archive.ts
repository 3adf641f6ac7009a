import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { InvalidInputError, UnavailableError } from '../../errors.ts'
import { findOwnBuckets } from '../../own-aws.ts'
import type { ArchivedManifest, ManifestArchive } from '../../ports/platform.ts'
import { archivedJson, findGraph, parseArchived } from './archived-json.ts'

/** Path-style addresses work with every endpoint, also one that is no AWS host. */
export function createArchiveClient(options: Pick<S3ClientConfig, 'requestHandler' | 'signer'> = {}): S3Client {
  const client = new S3Client({ ...options, forcePathStyle: true })
  // It copies what is sent and what comes for a log that nobody keeps.
  client.middlewareStack.remove('loggerMiddleware')
  return client
}

/**
 * One object an entry, since each write is paid. Versions before wrote two, the bytes and the graph, which is an entry once
 * both are there; they do not find what this one writes.
 */
export function createManifestArchive(client: S3Client, bucket: string): ManifestArchive {
  const get = (key: string) => getObject(client, bucket, key)
  const put = putOf(client, bucket)
  return {
    async putManifest({ repository, digest, ...entry }) {
      await put(`${keyOf(repository, digest)}/${entryName}`, archivedJson(entry))
    },
    async findManifest(repository, digest) {
      const key = keyOf(repository, digest)
      const names = [entryName, 'manifest', 'graph.json']
      const [entry, manifest, around] = await Promise.all(names.map(name => get(`${key}/${name}`)))
      const former = manifest && around && { ...manifest, graph: findGraph(around.bytes) }
      const latest = entry ? later(parseArchived(entry.bytes, key), former) : former && whole(former, key)
      return latest && { repository, digest, ...latest }
    },
  }
}

const keyOf = (repository: string, digest: string): string => `manifests/${repository}/${digest}`
const entryName = 'archived.json'

type Entry = Pick<ArchivedManifest, 'mediaType' | 'bytes' | 'graph'>
type Stored = { readonly bytes: Uint8Array; readonly mediaType: string }

/** What a version before wrote; its graph is undefined where it cannot be read. */
type Former = Omit<Entry, 'graph'> & { readonly graph: Entry['graph'] | undefined }

function whole({ graph, ...manifest }: Former, key: string): Entry {
  if (graph === undefined) throw new InvalidInputError(`archive ${key}: expected a graph, got something else`)
  return { ...manifest, graph }
}

/** Of an image that was deleted by one version, restored, and deleted by the other. */
function later(entry: Entry, former: Former | undefined): Entry {
  const deletedMs = ({ graph }: Former) => graph?.deletedAt?.getTime() ?? 0
  const isLater = former?.graph && deletedMs(former) > deletedMs(entry)
  return isLater ? { ...former, graph: former.graph } : entry
}

/** Into a bucket that this process holds without what the client does for each request on its way to a server. */
function putOf(client: S3Client, bucket: string): (key: string, json: string) => Promise<void> {
  const own = findOwnBuckets(client.config.requestHandler)
  const contentType = 'application/json'
  const send = own
    ? (key: string, json: string) => own(bucket, { key, body: Buffer.from(json), contentType })
    : (Key: string, Body: string) =>
        client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType: contentType }))
  return async (key, json) => {
    try {
      await send(key, json)
    } catch (cause) {
      throw new UnavailableError(`archive: ${key} could not be written`, { kind: 'server', cause })
    }
  }
}

async function getObject(client: S3Client, Bucket: string, Key: string): Promise<Stored | undefined> {
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key }))
    const bytes = await answer.Body?.transformToByteArray()
    return bytes && { bytes, mediaType: answer.ContentType ?? '' }
  } catch (cause) {
    if (cause instanceof NoSuchKey) return undefined
    throw new UnavailableError(`archive: ${Key} could not be read`, { kind: 'server', cause })
  }
}
