import type { Digest } from '../../../domain/digest.ts'
import type { ManifestDeletion, TagDeletion } from '../../../ports/registry.ts'
import { kept, movedTo } from './tag-outcomes.ts'

/** How the APIs of ECR and ECR Public name an image. */
export interface ImageId {
  readonly imageTag?: string | undefined
  readonly imageDigest?: string | undefined
}

/** An answer of BatchDeleteImage, which is a success whatever became of each image. */
export interface DeletedIds {
  readonly imageIds?: readonly ImageId[] | undefined
  readonly failures?: readonly { readonly failureCode?: string | undefined }[] | undefined
}

/** One repository of such an API. */
export interface IdDeletes {
  /** `ECR` */
  readonly service: string
  /** Undefined where there is none. */
  describe(
    id: { imageTag: string } | { imageDigest: Digest },
  ): Promise<{ readonly digest: Digest; readonly tags: readonly string[] } | undefined>
  delete(id: ImageId): Promise<DeletedIds | undefined>
  /** For a failure that is none of the outcomes that people read. */
  failureError(code: string): Error
}

/**
 * By the tag alone while others are on the digest: that a tag and a digest in one identifier take off the tag and leave
 * the digest is nowhere documented. The last tag is deleted with its digest either way, so there both are named, and the
 * registry itself refuses a tag that has moved.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
 * @see https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_BatchDeleteImage.html
 */
export async function deleteTagById(
  deletes: IdDeletes,
  pair: { imageTag: string; imageDigest: Digest },
  lastTagGoesWithDigest: boolean,
): Promise<TagDeletion> {
  const { imageTag, imageDigest } = pair
  const described = await deletes.describe({ imageDigest })
  const image = await deletes.describe({ imageTag })
  if (image === undefined) return { outcome: 'absent' }
  if (image.digest !== imageDigest) return movedTo(image.digest)
  const isLast = (described?.tags.length ?? 0) < 2
  if (isLast && !lastTagGoesWithDigest) return kept(`last tag: ${deletes.service} removes the image with it`)
  const { failure, deleted } = await deleteOne(deletes, isLast ? pair : { imageTag })
  if (failure === 'ImageNotFound') return { outcome: 'absent' }
  if (failure === 'ImageTagDoesNotMatchDigest') return kept('tag moved to another digest')
  if (failure !== undefined) return refusalOf(deletes, failure)
  if (deleted?.imageDigest !== undefined && deleted.imageDigest !== imageDigest)
    return kept(`tag moved to ${deleted.imageDigest} in the moment of its delete, and was taken off that`)
  return { outcome: 'deleted', by: 'tag-api' }
}

/** With all its tags. */
export async function deleteManifestById(deletes: IdDeletes, digest: Digest): Promise<ManifestDeletion> {
  const { failure } = await deleteOne(deletes, { imageDigest: digest })
  if (failure === 'ImageNotFound') return { outcome: 'absent' }
  if (failure !== undefined) return refusalOf(deletes, failure)
  const left = await deletes.describe({ imageDigest: digest })
  if (left === undefined) return { outcome: 'deleted' }
  return { ...kept(`${deletes.service} accepted the delete and still has the image`), isAccepted: true }
}

function refusalOf(deletes: IdDeletes, failure: string): ReturnType<typeof kept> {
  if (failure !== 'ImageReferencedByManifestList') throw deletes.failureError(failure)
  return kept('an index refers to the image')
}

/** What was deleted, or the failure of this one image. */
async function deleteOne(deletes: IdDeletes, id: ImageId): Promise<{ failure?: string; deleted?: ImageId }> {
  const answer = await deletes.delete(id)
  const [failure] = answer?.failures ?? []
  if (failure !== undefined) return { failure: failure.failureCode ?? 'a failure without a code' }
  const [deleted] = answer?.imageIds ?? []
  return deleted === undefined ? { failure: 'neither a deleted image nor a failure' } : { deleted }
}
