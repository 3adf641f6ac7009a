import * as z from 'zod'
import type { Digest } from '../../../domain/digest.ts'
import { InvalidInputError } from '../../../errors.ts'
import { apiDigest, apiTime } from '../api-values.ts'
import { parseJson } from '../manifest.ts'
import { isIndexType, isManifestType } from '../media-types.ts'
import { unexpectedStatus } from '../oci/error-codes.ts'
import type { OciRequest, OciSession } from '../oci/oci-session.ts'

/** A tag with its image, as the search extension of zot tells of it. */
export interface ZotImage {
  readonly tag: string
  readonly digest: Digest
  readonly pushedAt?: Date
  readonly taggedAt?: Date
  readonly pulledAt?: Date
  /** Of a single image that runs somewhere; of all else the manifest itself says what it is. */
  readonly told?: ToldImage
}

interface ToldImage {
  readonly mediaType: string
  /** Manifest, config and layers together. */
  readonly sizeBytes: number
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly createdAt?: Date
  readonly referrers: readonly { readonly digest: Digest; readonly mediaType: string; readonly artifactType?: string }[]
}

const pageSize = 1_000
const maxPages = 1_000
const maxAnswerBytes = 32 * 1024 * 1024
const path = '/v2/_zot/ext/search'

const described =
  'Manifests { Digest Size LastUpdated ArtifactType Platform { Os Arch } } Referrers { Digest MediaType ArtifactType }'
/** The newest first: versions before refuse a field that they do not know. */
const fields = [
  `Tag Digest MediaType PushTimestamp TaggedTimestamp LastPullTimestamp ${described}`,
  `Tag Digest MediaType PushTimestamp LastPullTimestamp ${described}`,
]

const text = z.string().max(500)
const size = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
const manifest = z.object({
  Digest: apiDigest,
  Size: size,
  LastUpdated: apiTime,
  ArtifactType: text,
  Platform: z.object({ Os: text.min(1), Arch: text.min(1) }),
})
const referrer = z.object({ Digest: apiDigest, MediaType: text.catch(''), ArtifactType: text.nullish() })
const image = z.object({
  Tag: z.string(),
  Digest: apiDigest,
  PushTimestamp: apiTime,
  TaggedTimestamp: apiTime,
  LastPullTimestamp: apiTime,
})
const content = z.object({
  MediaType: z.string().refine(type => isManifestType(type) && !isIndexType(type)),
  Manifests: z.tuple([manifest]),
  Referrers: z.array(referrer).nullish(),
})
const page = z.object({ Page: z.object({ TotalCount: z.int() }), Results: z.array(z.unknown()) })
const answer = z.object({
  data: z.object({ ImageList: page.nullish() }).nullish(),
  errors: z.array(z.object({ message: z.string() })).nullish(),
})

/**
 * What the search extension tells of the tags of a repository. It may leave out tags, such as those of Docker manifests:
 * which are there the plain list says. Undefined where no such extension is there.
 *
 * @throws InvalidInputError for an answer that is none of it
 * @see https://github.com/project-zot/zot/blob/main/pkg/extensions/search/schema.graphql
 */
export async function searchImages(
  session: OciSession,
  repository: string,
): Promise<ReadonlyMap<string, ZotImage> | undefined> {
  for (const names of fields) {
    const images = await findImages(session, repository, names)
    if (images !== 'unknown-field') return images
  }
  throw new InvalidInputError(`POST ${session.host}${path}: expected fields that zot knows, got others`)
}

async function findImages(session: OciSession, repository: string, names: string) {
  const images = new Map<string, ZotImage>()
  for (let at = 0; at < maxPages; at++) {
    const found = await askFor(session, repository, names, at * pageSize)
    if (found === undefined || found === 'unknown-field') return found
    for (const one of found.Results.flatMap(entry => parseImage(entry) ?? [])) images.set(one.tag, one)
    if (found.Results.length === 0 || (at + 1) * pageSize >= found.Page.TotalCount) break
  }
  return images
}

async function askFor(session: OciSession, repository: string, names: string, offset: number) {
  const query = `query ($repo: String!, $offset: Int!) { ImageList(repo: $repo, requestedPage: { limit: ${pageSize}, offset: $offset, sortBy: ALPHABETIC_ASC }) { Page { TotalCount } Results { ${names} } } }`
  const request: OciRequest = {
    method: 'POST',
    path,
    repository,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ query, variables: { repo: repository, offset } })),
    maxBodyBytes: maxAnswerBytes,
  }
  const response = await session.send(request)
  const what = session.what(request)
  if (response.status === 404 || response.status === 405) return undefined
  if (response.status !== 200 && response.status !== 422) throw unexpectedStatus(what, 'an answer of zot', response)
  const parsed = answer.safeParse(parseJson(response.body, what))
  const found = parsed.data?.data?.ImageList
  if (found) return found
  if (parsed.data?.errors?.some(({ message }) => message.includes('Cannot query field'))) return 'unknown-field'
  throw new InvalidInputError(`${what}: expected a list of images of zot, got another JSON`)
}

function parseImage(entry: unknown): ZotImage | undefined {
  const parsed = image.safeParse(entry)
  if (!parsed.success) return undefined
  const { Tag, Digest, PushTimestamp, TaggedTimestamp, LastPullTimestamp } = parsed.data
  const told = toldOf(entry, Digest)
  return {
    tag: Tag,
    digest: Digest,
    ...(PushTimestamp && { pushedAt: PushTimestamp }),
    ...(TaggedTimestamp && { taggedAt: TaggedTimestamp }),
    ...(LastPullTimestamp && { pulledAt: LastPullTimestamp }),
    ...(told && { told }),
  }
}

/** zot gives the type of the config for manifests that state none. */
const imageConfigTypes = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']

function toldOf(entry: unknown, digest: Digest): ToldImage | undefined {
  const parsed = content.safeParse(entry)
  if (!parsed.success) return undefined
  const { MediaType, Manifests, Referrers } = parsed.data
  const [only] = Manifests
  if (only.Digest !== digest || !imageConfigTypes.includes(only.ArtifactType)) return undefined
  const [architecture = '', variant] = only.Platform.Arch.split('/')
  return {
    mediaType: MediaType,
    sizeBytes: only.Size,
    os: only.Platform.Os,
    architecture,
    ...(variant && { variant }),
    ...(only.LastUpdated && { createdAt: only.LastUpdated }),
    referrers: (Referrers ?? []).map(({ Digest, MediaType, ArtifactType }) => ({
      digest: Digest,
      mediaType: MediaType,
      ...(ArtifactType && { artifactType: ArtifactType }),
    })),
  }
}
