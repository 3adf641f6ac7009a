import { DescribeImagesCommand, DescribeRepositoriesCommand, type ImageDetail } from '@aws-sdk/client-ecr-public'
import { type Digest, isDigest } from '../../../domain/digest.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RepositoryListing } from '../../../ports/registry.ts'
import { type DetailedImage, listingOfDetails, oddDigestText } from '../detail-listing.ts'
import { tokenPages } from '../token-pages.ts'
import { type PublicSession, pageSize } from './public-session.ts'

/** Undefined for one whose digest is none of sha256. */
function imageOf({ imageDigest: digest = '', imageTags = [], imagePushedAt }: ImageDetail): DetailedImage | undefined {
  if (!isDigest(digest)) return undefined
  return { digest, tags: imageTags, ...(imagePushedAt && { pushedAt: imagePushedAt }) }
}

/**
 * Everything in a repository by its path; undefined where it is of another account, or where the account has none of that
 * name. When a tag came to where it is the API does not tell: a tag's time of creation is nowhere said to be renewed when
 * it moves.
 */
export async function findPublicListing(session: PublicSession, path: string): Promise<RepositoryListing | undefined> {
  const repositoryName = await session.findName(path)
  if (repositoryName === undefined) return undefined
  const describe = (nextToken: string | undefined) =>
    session.call(
      'DescribeImages',
      (client, options) =>
        client.send(new DescribeImagesCommand({ repositoryName, nextToken, maxResults: pageSize }), options),
      // A repository that goes while it is read is no list that ends.
      nextToken === undefined ? ['RepositoryNotFoundException'] : [],
    )
  let isThere = false
  const details: ImageDetail[] = []
  for await (const { imageDetails = [] } of tokenPages(session.host, describe)) {
    isThere = true
    details.push(...imageDetails)
  }
  return isThere ? listingOfDetails(details, imageOf) : undefined
}

/**
 * What a tag or digest stands for now, by the name that the API gives the repository; undefined where there is none.
 *
 * @throws InvalidInputError for one whose digest is none of sha256
 */
export async function describePublicImage(
  session: PublicSession,
  repositoryName: string,
  id: { imageTag: string } | { imageDigest: Digest },
): Promise<DetailedImage | undefined> {
  const answer = await session.call(
    'DescribeImages',
    (client, options) => client.send(new DescribeImagesCommand({ repositoryName, imageIds: [id] }), options),
    ['ImageNotFoundException'],
  )
  const [detail] = answer?.imageDetails ?? []
  const image = detail && imageOf(detail)
  if (detail && !image) throw new InvalidInputError(`${session.host}: ${oddDigestText(detail.imageDigest)}`)
  return image
}

/** The paths of the account's repositories, under the alias that the settings name first, else that of their addresses. */
export async function* listPublicRepositories(session: PublicSession): AsyncGenerator<string> {
  const [alias] = await session.aliases()
  if (alias === undefined) return
  const pages = tokenPages(session.host, nextToken =>
    session.call('DescribeRepositories', (client, options) =>
      client.send(new DescribeRepositoriesCommand({ nextToken, maxResults: pageSize }), options),
    ),
  )
  for await (const { repositories = [] } of pages)
    for (const { repositoryName = '' } of repositories) yield session.canonicalPath(`${alias}/${repositoryName}`)
}
