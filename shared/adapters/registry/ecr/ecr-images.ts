import { BatchGetImageCommand, GetDownloadUrlForLayerCommand, ListImageReferrersCommand } from '@aws-sdk/client-ecr'
import { type Digest, isDigest } from '../../../domain/digest.ts'
import { referrersTag } from '../../../domain/retention/versions/tag-kind.ts'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../errors.ts'
import type { ImageConfig, Manifest, Referrer, ReferrersOptions, UnreadableManifest } from '../../../ports/registry.ts'
import type { HttpClient, HttpResponse } from '../../http/client.ts'
import { parseImageConfig } from '../image-config.ts'
import { findDescriptors, maxManifestBytes, verifyDigest } from '../manifest.ts'
import { acceptedMediaTypes } from '../media-types.ts'
import { collectReferrers, mergeReferrers } from '../oci/referrers.ts'
import { orUnreadable, readManifest } from '../unreadable-manifest.ts'
import type { EcrSession } from './ecr-session.ts'

/** The manifest as ECR keeps it, with its media type; undefined when there is none of this tag or digest. */
export async function findEcrManifestText(
  session: EcrSession,
  repository: string,
  id: { imageTag: string } | { imageDigest: Digest },
): Promise<{ bytes: Buffer; mediaType: string } | undefined> {
  const input = { ...session.in(repository), imageIds: [id], acceptedMediaTypes: [...acceptedMediaTypes] }
  const answer = await session.call('BatchGetImage', (client, options) =>
    client.send(new BatchGetImageCommand(input), options),
  )
  const [image] = answer?.images ?? []
  if (image?.imageManifest !== undefined)
    return { bytes: Buffer.from(image.imageManifest), mediaType: image.imageManifestMediaType ?? '' }
  const [failure] = answer?.failures ?? []
  if (failure?.failureCode === 'ImageNotFound') return undefined
  throw readFailure(session, failure?.failureCode)
}

/** A failure of one image says nothing about the repository: what that image lacks, a key or a source, others have. */
function readFailure(session: EcrSession, code: string | undefined): Error {
  const error = failureError(session, code)
  return error instanceof AccessDeniedError ? new InvalidInputError(error.message) : error
}

/** An entry of `failures` that says neither absent nor refused for a reason that people should read as an outcome. */
export function failureError(session: EcrSession, code: string | undefined): Error {
  const message = `${session.host}: expected the image, got ${code ?? 'neither image nor failure'}`
  if (code === 'UpstreamTooManyRequests') return new UnavailableError(message, { kind: 'rate-limited' })
  if (code === 'UpstreamUnavailable') return new UnavailableError(message, { kind: 'server' })
  if (code === 'UpstreamAccessDenied' || code === 'KmsError') return new AccessDeniedError(message)
  if (code === 'ImageInaccessible')
    return new InvalidInputError(`${message}; it is archived in ECR, and is handed out once it is restored`)
  return new InvalidInputError(message)
}

export async function findEcrManifest(
  session: EcrSession,
  repository: string,
  digest: Digest,
): Promise<Manifest | UnreadableManifest | undefined> {
  const found = await orUnreadable(async () => {
    const text = await findEcrManifestText(session, repository, { imageDigest: digest })
    const what = `BatchGetImage ${session.host}/${repository}@${digest}`
    // ECR leaves the media type out for some Docker manifests; those state it themselves.
    return text && readManifest(text.bytes, digest, text.mediaType, what)
  })
  return found && { digest, ...found }
}

/** Undefined as well where this network has no way to the store of ECR's blobs: a config informs and decides nothing. */
export async function findEcrConfig(
  session: EcrSession,
  http: HttpClient,
  repository: string,
  digest: Digest,
): Promise<ImageConfig | undefined> {
  const input = { ...session.in(repository), layerDigest: digest }
  const answer = await session.call(
    'GetDownloadUrlForLayer',
    (client, options) => client.send(new GetDownloadUrlForLayerCommand(input), options),
    ['LayersNotFoundException', 'LayerInaccessibleException'],
  )
  if (answer?.downloadUrl === undefined) return undefined
  const response = await fetchBlob(session, http, new URL(answer.downloadUrl))
  if (response === undefined || response.status === 404) return undefined
  if (response.status !== 200)
    throw new InvalidInputError(`${session.host}: expected the config blob ${digest}, got ${response.status}`)
  verifyDigest(response.body, digest, `config blob of ${session.host}/${repository}`)
  return parseImageConfig(response.body)
}

async function fetchBlob(session: EcrSession, http: HttpClient, url: URL): Promise<HttpResponse | undefined> {
  const { timeoutMs, signal } = session
  try {
    return await http.send({ method: 'GET', url, maxBodyBytes: maxManifestBytes, timeoutMs, signal })
  } catch (error) {
    if (error instanceof UnavailableError && error.kind === 'dns') return undefined
    throw error
  }
}

/** From the API, and from the tag that clients without knowledge of the API write. */
export async function listEcrReferrers(
  session: EcrSession,
  repository: string,
  digest: Digest,
  { hasReferrersTag = true, isBestEffort = false }: ReferrersOptions = {},
): Promise<readonly Referrer[]> {
  const fromApi = await collectReferrers(referrersOfApi(session, repository, digest), isBestEffort)
  if (!hasReferrersTag) return mergeReferrers(fromApi)
  const fromTag = await collectReferrers(referrersOfTag(session, repository, digest), isBestEffort)
  return mergeReferrers([...fromApi, ...fromTag])
}

async function* referrersOfApi(session: EcrSession, repository: string, digest: Digest): AsyncGenerator<Referrer[]> {
  const subject = { ...session.in(repository), subjectId: { imageDigest: digest } }
  const pages = session.pages(nextToken =>
    session.call(
      'ListImageReferrers',
      (client, options) => {
        const page = { maxResults: 50, ...(nextToken === undefined ? {} : { nextToken }) }
        // Without it archived ones are left out.
        const filter = { artifactStatus: 'ANY' as const }
        return client.send(new ListImageReferrersCommand({ ...subject, ...page, filter }), options)
      },
      // What listed some has the operation, and the image.
      nextToken === undefined ? noReferrers : [],
    ),
  )
  for await (const { referrers = [] } of pages) yield referrers.flatMap(referrerOf)
}

const noReferrers = ['ImageNotFoundException', 'UnknownOperationException', 'InvalidAction']

async function* referrersOfTag(session: EcrSession, repository: string, digest: Digest): AsyncGenerator<Referrer[]> {
  const index = await orUnreadable(() => findEcrManifestText(session, repository, { imageTag: referrersTag(digest) }))
  if (index && 'bytes' in index) yield (findDescriptors(index.bytes) ?? []).flatMap(referrerOf)
}

/** Nothing for a digest that is none of sha256. */
function referrerOf(found: {
  digest?: string | undefined
  mediaType?: string | undefined
  artifactType?: string | undefined
}): Referrer[] {
  const { digest = '', mediaType = '', artifactType } = found
  return isDigest(digest) ? [{ digest, mediaType, ...(artifactType ? { artifactType } : {}) }] : []
}
