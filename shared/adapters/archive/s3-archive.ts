import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import * as z from 'zod'
import { InvalidInputError, UnavailableError } from '../../errors.ts'
import type { ManifestArchive } from '../../ports/platform.ts'

/** Path-style addresses work with every endpoint, also one that is no AWS host. */
export const createArchiveClient = (): S3Client => new S3Client({ forcePathStyle: true })

const graph = z.object({
  tags: z.array(z.string()),
  children: z.array(z.string()),
  referrers: z.array(z.string()),
  objects: z.array(
    z.object({
      cluster: z.string(),
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
      spec: z.unknown(),
    }),
  ),
  deletedAt: z.coerce.date().exactOptional(),
  policy: z.string().exactOptional(),
  runId: z.string().exactOptional(),
})

/** One object a manifest: its bytes as the body, the rest as a JSON object beside it. An entry is there once both are. */
export function createManifestArchive(client: S3Client, bucket: string): ManifestArchive {
  const get = (key: string) => getObject(client, bucket, key)
  return {
    async putManifest({ repository, digest, mediaType, bytes, graph: around }) {
      const key = keyOf(repository, digest)
      const body = JSON.stringify(around)
      const puts = await Promise.allSettled([
        put(client, { Bucket: bucket, Key: `${key}/manifest`, Body: bytes, ContentType: mediaType }),
        put(client, { Bucket: bucket, Key: `${key}/graph.json`, Body: body, ContentType: 'application/json' }),
      ])
      // Only now, so that neither is under way when another process writes the same entry.
      for (const one of puts) if (one.status === 'rejected') throw one.reason
    },
    async findManifest(repository, digest) {
      const key = keyOf(repository, digest)
      const [manifest, around] = await Promise.all([get(`${key}/manifest`), get(`${key}/graph.json`)])
      if (!manifest || !around) return undefined
      const parsed = graph.safeParse(JSON.parse(Buffer.from(around.bytes).toString('utf8')))
      if (!parsed.success) throw new InvalidInputError(`archive ${key}: expected a graph, got something else`)
      return { repository, digest, mediaType: manifest.mediaType, bytes: manifest.bytes, graph: parsed.data }
    },
  }
}

const keyOf = (repository: string, digest: string): string => `manifests/${repository}/${digest}`

async function put(
  client: S3Client,
  input: { Bucket: string; Key: string; Body: Uint8Array | string; ContentType: string },
): Promise<void> {
  try {
    await client.send(new PutObjectCommand(input))
  } catch (cause) {
    throw new UnavailableError(`archive: ${input.Key} could not be written`, { kind: 'server', cause })
  }
}

async function getObject(client: S3Client, Bucket: string, Key: string) {
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key }))
    const bytes = await answer.Body?.transformToByteArray()
    return bytes && { bytes, mediaType: answer.ContentType ?? '' }
  } catch (cause) {
    if (cause instanceof NoSuchKey) return undefined
    throw new UnavailableError(`archive: ${Key} could not be read`, { kind: 'server', cause })
  }
}
