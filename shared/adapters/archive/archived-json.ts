import * as z from 'zod'
import { findJson } from '../../domain/json.ts'
import { InvalidInputError } from '../../errors.ts'
import type { ArchivedManifest } from '../../ports/platform.ts'

type Graph = ArchivedManifest['graph']

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
  heldBlobs: z.array(z.string()).exactOptional(),
})

/** A later version that writes it otherwise counts up. */
const archived = z.object({ version: z.literal(1), mediaType: z.string(), manifest: z.base64(), graph })

/** An entry as it is stored: JSON with the manifest's bytes as base64, since whose digest they have is of every byte. */
export const archivedJson = ({ mediaType, bytes, graph }: Pick<ArchivedManifest, 'mediaType' | 'bytes' | 'graph'>) =>
  JSON.stringify({ version: 1, mediaType, manifest: Buffer.from(bytes).toString('base64'), graph })

/**
 * What {@link archivedJson} made.
 * @throws InvalidInputError which names the key
 */
export function parseArchived(json: Uint8Array, key: string): Pick<ArchivedManifest, 'mediaType' | 'bytes' | 'graph'> {
  const parsed = archived.safeParse(findJson(textOf(json)))
  if (!parsed.success)
    throw new InvalidInputError(`archive ${key}: expected a manifest and its graph in version 1, got something else`)
  const { mediaType, manifest, graph } = parsed.data
  return { mediaType, bytes: Buffer.from(manifest, 'base64'), graph }
}

/** The graph alone, which versions before stored beside the bytes; undefined for anything else. */
export const findGraph = (json: Uint8Array): Graph | undefined => graph.safeParse(findJson(textOf(json))).data

const textOf = (json: Uint8Array): string => Buffer.from(json).toString('utf8')
