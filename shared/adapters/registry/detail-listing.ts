import { quoted } from '../../domain/repository-name.ts'
import type { ListedImage, OddName, RepositoryListing } from '../../ports/registry.ts'

/** A record of DescribeImages, of ECR or of ECR Public. */
interface Detail {
  readonly imageDigest?: string | undefined
  readonly imageTags?: readonly string[] | undefined
}

/** An image with all its tags. */
export interface DetailedImage extends ListedImage {
  readonly tags: readonly string[]
}

export const oddDigestText = (digest: string | undefined): string =>
  `expected a sha256 digest, got ${digest === undefined ? 'none' : quoted(digest)}`

/** What such records hold, `imageOf` each, which is undefined for one whose digest is none of sha256. */
export function listingOfDetails<D extends Detail>(
  details: readonly D[],
  imageOf: (detail: D) => DetailedImage | undefined,
): RepositoryListing {
  const images: DetailedImage[] = []
  const odd: OddName[] = []
  for (const detail of details) {
    const image = imageOf(detail)
    if (image) images.push(image)
    else odd.push(...oddNamesOf(detail))
  }
  return {
    tags: images.flatMap(({ tags, ...image }) => tags.map(tag => ({ tag, ...image }))),
    untagged: images.filter(({ tags }) => tags.length === 0).map(({ tags: _none, ...image }) => image),
    ...(odd.length > 0 && { unreadable: odd }),
  }
}

const oddNamesOf = ({ imageTags, imageDigest }: Detail): OddName[] =>
  (imageTags ?? [imageDigest ?? 'an image without a digest']).map(name => ({
    name,
    unreadable: oddDigestText(imageDigest),
  }))
