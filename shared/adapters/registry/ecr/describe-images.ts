import { DescribeImagesCommand, type ImageDetail } from '@aws-sdk/client-ecr'
import { type Digest, isDigest } from '../../../domain/digest.ts'
import { providers } from '../../../domain/providers/providers.ts'
import type { Storage } from '../../../domain/records/images.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ListedImage, RepositoryListing } from '../../../ports/registry.ts'
import { type DetailedImage, listingOfDetails, oddDigestText } from '../detail-listing.ts'
import type { EcrSession } from './ecr-session.ts'

/** ECR's own model allows longer tags than the distribution specification does. */
export const maxEcrTagLength = 300

/** Undefined for one whose digest is none of sha256. */
function describedImage(detail: ImageDetail): DetailedImage | undefined {
  const { imageDigest: digest = '', imageTags, imagePushedAt, imageStatus } = detail
  if (!isDigest(digest)) return undefined
  const pulledAt = lastUseOf(detail)
  return {
    digest,
    tags: imageTags ?? [],
    ...(imagePushedAt ? { pushedAt: imagePushedAt } : {}),
    ...(pulledAt ? { pulledAt } : {}),
    ...(imageStatus && storedAs(imageStatus)),
  }
}

/** Whoever has an image restored from the archive means to use it. */
function lastUseOf({ lastRecordedPullTime, lastActivatedAt }: ImageDetail): Date | undefined {
  if (lastRecordedPullTime === undefined || lastActivatedAt === undefined)
    return lastRecordedPullTime ?? lastActivatedAt
  return lastActivatedAt > lastRecordedPullTime ? lastActivatedAt : lastRecordedPullTime
}

const storages: Readonly<Record<string, 'active' | Storage>> = {
  ACTIVE: 'active',
  ARCHIVED: 'archived',
  ACTIVATING: 'activating',
}

/** Where ECR keeps an image of that status; undefined for one of later years, which says nothing here. */
export const storageOf = (status: string | undefined): 'active' | Storage | undefined => storages[status ?? '']

/** One of which the status says nothing is read like any other. */
function storedAs(status: string): Pick<ListedImage, 'storage' | 'unreadable'> {
  const storage = storageOf(status)
  if (storage === undefined) return {}
  return storage === 'active' ? { storage } : { storage, unreadable: archivedText(status) }
}

const archivedText = (status: string): string =>
  `archived in ECR (${status}): it hands out neither manifest nor layers until the image is restored`

/** Archived images are listed too: an index may still refer to one. */
export async function listEcrRepository(session: EcrSession, repository: string): Promise<RepositoryListing> {
  const pages = await session.allPages(nextToken =>
    session.call('DescribeImages', (client, options) => {
      const filter = anyStatus
      const page = { maxResults: providers.ecr.pageSize, ...(nextToken === undefined ? {} : { nextToken }) }
      return client.send(new DescribeImagesCommand({ ...session.in(repository), ...page, filter }), options)
    }),
  )
  return listingOfDetails(
    pages.flatMap(page => page.imageDetails ?? []),
    describedImage,
  )
}

/**
 * The image of a tag or digest as ECR describes it now, an archived one too; undefined when it has none.
 *
 * @throws InvalidInputError for one whose digest is none of sha256
 */
export async function describeEcrImage(
  session: EcrSession,
  repository: string,
  id: { imageTag: string } | { imageDigest: Digest },
): Promise<DetailedImage | undefined> {
  const detail = (await describe(session, repository, id)) ?? (await describe(session, repository, id, anyStatus))
  const image = detail && describedImage(detail)
  if (detail && !image) throw new InvalidInputError(`${session.host}: ${oddDigestText(detail.imageDigest)}`)
  return image
}

const anyStatus = { imageStatus: 'ANY' as const }

/**
 * "If not specified, only images with ACTIVE status are returned": whether that is so for images that are named, nothing
 * says, nor whether a filter goes with names. So what is not found is asked for once more with one, and a refusal of
 * that is no answer.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImagesFilter.html
 */
async function describe(
  session: EcrSession,
  repository: string,
  id: { imageTag: string } | { imageDigest: Digest },
  filter?: typeof anyStatus,
): Promise<ImageDetail | undefined> {
  const input = { ...session.in(repository), imageIds: [id], ...(filter && { filter }) }
  const answer = await session.call(
    'DescribeImages',
    (client, options) => client.send(new DescribeImagesCommand(input), options),
    ['ImageNotFoundException', ...(filter ? ['InvalidParameterException'] : [])],
  )
  return answer?.imageDetails?.[0]
}
