import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  GetDownloadUrlForLayerCommand,
  type ImageDetail,
  ListImageReferrersCommand,
} from '@aws-sdk/client-ecr'
import type { Digest } from '../../../domain/digest.ts'
import { parseDigest } from '../../../domain/repository-name.ts'
import { referrersTag } from '../../../domain/retention/versions/tag-kind.ts'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../errors.ts'
import type { ImageConfig, ListedImage, Manifest, Referrer, RepositoryListing } from '../../../ports/registry.ts'
import type { HttpClient, HttpResponse } from '../../http/client.ts'
import { parseImageConfig } from '../image-config.ts'
import { findDescriptors, maxManifestBytes, parseManifest, verifyDigest } from '../manifest.ts'
import { acceptedMediaTypes } from '../media-types.ts'
import { mergeReferrers } from '../oci/referrers.ts'
import type { EcrSession } from './ecr-session.ts'

/** One record of DescribeImages that names its digest. */
export interface EcrImage extends ListedImage {
  readonly tags: readonly string[]
}

function describedImage(detail: ImageDetail): EcrImage {
  return {
    digest: parseDigest(detail.imageDigest ?? ''),
    tags: detail.imageTags ?? [],
    ...(detail.imagePushedAt ? { pushedAt: detail.imagePushedAt } : {}),
    ...(detail.lastRecordedPullTime ? { pulledAt: detail.lastRecordedPullTime } : {}),
  }
}

/** Archived images are listed too: an index may still refer to one. */
export async function listEcrRepository(session: EcrSession, repository: string): Promise<RepositoryListing> {
  const pages = await session.allPages(nextToken =>
    session.call('DescribeImages', (client, options) => {
      const filter = { imageStatus: 'ANY' as const }
      const page = { maxResults: 1_000, ...(nextToken === undefined ? {} : { nextToken }) }
      return client.send(new DescribeImagesCommand({ ...session.in(repository), ...page, filter }), options)
    }),
  )
  const images = pages.flatMap(page => page.imageDetails ?? []).map(describedImage)
  return {
    tags: images.flatMap(({ tags, ...image }) => tags.map(tag => ({ tag, ...image }))),
    untagged: images.filter(image => image.tags.length === 0).map(({ tags: _none, ...image }) => image),
  }
}

/** The image of a tag or digest as ECR describes it now; undefined when it has none. */
export async function describeEcrImage(
  session: EcrSession,
  repository: string,
  id: { imageTag: string } | { imageDigest: Digest },
): Promise<EcrImage | undefined> {
  const input = { ...session.in(repository), imageIds: [id] }
  const answer = await session.call(
    'DescribeImages',
    (client, options) => client.send(new DescribeImagesCommand(input), options),
    ['ImageNotFoundException'],
  )
  const [detail] = answer?.imageDetails ?? []
  return detail && describedImage(detail)
}

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
  throw failureError(session, failure?.failureCode)
}

/** An entry of `failures` that says neither absent nor refused for a reason that people should read as an outcome. */
export function failureError(session: EcrSession, code: string | undefined): Error {
  const message = `${session.host}: expected the image, got ${code ?? 'neither image nor failure'}`
  if (code === 'UpstreamTooManyRequests') return new UnavailableError(message, { kind: 'rate-limited' })
  if (code === 'UpstreamUnavailable') return new UnavailableError(message, { kind: 'server' })
  if (code === 'UpstreamAccessDenied' || code === 'KmsError') return new AccessDeniedError(message)
  return new InvalidInputError(message)
}

export async function findEcrManifest(
  session: EcrSession,
  repository: string,
  digest: Digest,
): Promise<Manifest | undefined> {
  const found = await findEcrManifestText(session, repository, { imageDigest: digest })
  if (found === undefined) return undefined
  const what = `BatchGetImage ${session.host}/${repository}@${digest}`
  verifyDigest(found.bytes, digest, what)
  return parseManifest(found.bytes, found.mediaType || mediaTypeInside(found.bytes), what)
}

/** ECR leaves the media type out for some Docker manifests; those state it themselves. */
function mediaTypeInside(bytes: Buffer): string {
  return /"mediaType"\s*:\s*"([^"]+)"/.exec(bytes.toString('utf8', 0, 200))?.[1] ?? ''
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
): Promise<readonly Referrer[]> {
  const subject = { ...session.in(repository), subjectId: { imageDigest: digest } }
  const pages = await session.allPages(nextToken =>
    session.call(
      'ListImageReferrers',
      (client, options) => {
        const page = { maxResults: 50, ...(nextToken === undefined ? {} : { nextToken }) }
        const filter = { artifactStatus: 'ANY' as const }
        return client.send(new ListImageReferrersCommand({ ...subject, ...page, filter }), options)
      },
      ['ImageNotFoundException', 'UnknownOperationException', 'InvalidAction'],
    ),
  )
  const fromApi = pages
    .flatMap(page => page.referrers ?? [])
    .map(found => referrerOf(parseDigest(found.digest ?? ''), found.mediaType, found.artifactType))
  const index = await findEcrManifestText(session, repository, { imageTag: referrersTag(digest) })
  const descriptors = index && findDescriptors(index.bytes, `referrers tag of ${digest}`)
  const fromTag = (descriptors ?? []).map(found => referrerOf(found.digest, found.mediaType, found.artifactType))
  return mergeReferrers([...fromApi, ...fromTag])
}

const referrerOf = (digest: Digest, mediaType: string | undefined, artifactType: string | undefined): Referrer => ({
  digest,
  mediaType: mediaType ?? '',
  ...(artifactType ? { artifactType } : {}),
})
