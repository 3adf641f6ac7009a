import * as z from 'zod'
import { type Digest, isDigest } from '../../../domain/digest.ts'
import type { ImageConfig } from '../../../ports/registry.ts'
import { parseImageConfig } from '../image-config.ts'
import { isIndexType, isManifestType } from '../media-types.ts'

/** What hangs on an artifact and has it as its subject: a signature, an SBOM, whatever names it. */
export interface HarborAccessory {
  readonly digest: Digest
  /** As Harbor sorts them: `signature.cosign`, `sbom.harbor`, `subject.accessory`. */
  readonly type: string
  readonly sizeBytes: number
  readonly createdAt?: Date
}

export interface HarborTag {
  readonly name: string
  /** When it was put on this artifact. */
  readonly pushedAt?: Date
  /** A rule of the project keeps it from being moved and deleted, and its artifact from being deleted. */
  readonly isImmutable: boolean
}

type Platform = Pick<ImageConfig, 'os' | 'architecture' | 'variant'>

/** A manifest that an index names, with the platform that the index states. */
export interface HarborChild {
  readonly digest: Digest
  readonly platform?: Platform
}

/** One artifact as Harbor's API tells of it. */
export interface HarborArtifact {
  readonly digest: Digest
  readonly pushedAt?: Date
  readonly pulledAt?: Date
  readonly tags: readonly HarborTag[]
  readonly accessories: readonly HarborAccessory[]
  /** Absent where it is of no kind that is understood: its manifest says more. */
  readonly told?: ToldContent
}

export interface ToldContent {
  readonly mediaType: string
  /** Manifest, config and layers together; of an index those of its children too. */
  readonly sizeBytes: number
  readonly artifactType?: string
  readonly config?: ImageConfig
  /** Absent for an image manifest. */
  readonly children?: readonly HarborChild[]
}

const text = z.string().max(500)
const digest = z.custom<Digest>(value => typeof value === 'string' && isDigest(value), 'expected a sha256 digest')
const size = z.int().nonnegative()
/** Go's zero time stands for none. */
const time = z
  .string()
  .optional()
  .transform(value => {
    const at = new Date(value ?? '')
    return at.getUTCFullYear() > 1 ? at : undefined
  })
  .catch(undefined)
const platform = z.object({ os: text, architecture: text, variant: text.optional() }).partial()
const child = z.object({ child_digest: digest, platform: platform.nullish().catch(undefined) })
const accessory = z.object({ digest, type: text.catch(''), size: size.catch(0), creation_time: time })
const tag = z.object({ name: z.string(), push_time: time, immutable: z.boolean().nullish().catch(undefined) })

const known = z.object({
  digest,
  push_time: time,
  pull_time: time,
  tags: z.array(tag).nullish(),
  accessories: z.array(accessory).nullish(),
})
const manifest = z.object({
  manifest_media_type: z.string().refine(isManifestType),
  media_type: text.optional(),
  artifact_type: text.optional(),
  size,
  extra_attrs: z.unknown(),
  references: z.array(child).nullish(),
})

/** Undefined for what names no sha256 digest, or has tags and accessories that are not understood. */
export function parseArtifact(json: unknown): HarborArtifact | undefined {
  const parsed = known.safeParse(json)
  if (!parsed.success) return undefined
  const { digest, push_time, pull_time, tags, accessories } = parsed.data
  const told = findTold(json)
  return {
    digest,
    ...(push_time && { pushedAt: push_time }),
    ...(pull_time && { pulledAt: pull_time }),
    tags: (tags ?? []).map(({ name, push_time: at, immutable }) => ({
      name,
      ...(at && { pushedAt: at }),
      isImmutable: immutable === true,
    })),
    accessories: (accessories ?? []).map(({ digest, type, size, creation_time: at }) => ({
      digest,
      type,
      sizeBytes: size,
      ...(at && { createdAt: at }),
    })),
    ...(told && { told }),
  }
}

function findTold(json: unknown): ToldContent | undefined {
  const parsed = manifest.safeParse(json)
  if (!parsed.success) return undefined
  const { manifest_media_type: mediaType, size, extra_attrs, references } = parsed.data
  const children = references?.map(({ child_digest, platform }) => ({
    digest: child_digest,
    ...(platform && { platform: withoutBlanks(platform) }),
  }))
  // An index that names nothing may be one whose children Harbor has lost sight of.
  if (isIndexType(mediaType) && !children?.length) return undefined
  const artifactType = artifactTypeOf(parsed.data)
  const config = parseImageConfig(Buffer.from(JSON.stringify(extra_attrs ?? {})))
  return {
    mediaType,
    sizeBytes: size,
    ...(artifactType !== undefined && { artifactType }),
    ...(!isIndexType(mediaType) && config && { config }),
    ...(isIndexType(mediaType) && children && { children }),
  }
}

const withoutBlanks = ({ os, architecture, variant }: z.infer<typeof platform>): Platform => ({
  ...(os && { os }),
  ...(architecture && { architecture }),
  ...(variant && { variant }),
})

const imageConfigTypes = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']

/** Harbor gives the type of the config, or of the index, for manifests that state none. */
function artifactTypeOf({ artifact_type: type, manifest_media_type }: z.infer<typeof manifest>): string | undefined {
  return !type || imageConfigTypes.includes(type) || type === manifest_media_type ? undefined : type
}

/** True for an image that runs somewhere: nothing like a signature, an SBOM or another thing with a subject. */
export const isPlainImage = ({ told }: HarborArtifact): boolean =>
  told?.config?.os !== undefined && told.config.architecture !== undefined && told.artifactType === undefined
