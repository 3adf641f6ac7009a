import { BatchDeleteImageCommand, type ImageIdentifier, PutImageCommand } from '@aws-sdk/client-ecr'
import { type Digest, isDigest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTagWithin } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ManifestDeletion, RegistryWriter, TagDeletion } from '../../../ports/registry.ts'
import { createHttpClient } from '../../http/client.ts'
import { withRetries } from '../../http/retry.ts'
import { kept, movedTo } from '../deletion/tag-outcomes.ts'
import { verifyDigest } from '../manifest.ts'
import { describeEcrImage, maxEcrTagLength } from './describe-images.ts'
import { ecrArchiveOf } from './ecr-archive.ts'
import { failureError } from './ecr-images.ts'
import { hasEcrLayer, readEcrLayer, uploadEcrLayer } from './ecr-layers.ts'
import { ecrOwnerRefusals } from './ecr-owner.ts'
import { ecrReaderOf } from './ecr-registry.ts'
import { type EcrOptions, EcrSession } from './ecr-session.ts'

/**
 * Needs `ecr:BatchDeleteImage` and, for restore, `ecr:PutImage`, `BatchCheckLayerAvailability`, `InitiateLayerUpload`,
 * `UploadLayerPart` and `CompleteLayerUpload`, beside what reading needs; for policies with `action: Archive`, and
 * for restoring what these archived, `UpdateImageStorageClass`. With an installation it leaves alone what is another's.
 */
export function createEcrWriter(options: EcrOptions, installation?: string): RegistryWriter {
  const session = new EcrSession(options)
  // Download addresses come from AWS itself, over the signed call.
  const http = withRetries(createHttpClient({ trustedHosts: 'all' }))
  const findRefusal = installation === undefined ? undefined : ecrOwnerRefusals(session, installation)
  return {
    ...ecrReaderOf(session),
    archive: ecrArchiveOf(session),
    ...(findRefusal && { findRefusal }),
    async deleteTag(repository, tag, digest, choice) {
      const pair = { imageTag: parseTagWithin(tag, maxEcrTagLength), imageDigest: parseDigest(digest) }
      const refusal = await findRefusal?.(repository)
      if (refusal !== undefined) return kept(refusal)
      return deleteTag(session, parseRepositoryPath(repository), pair, choice?.lastTagGoesWithDigest ?? false)
    },
    async deleteManifest(repository, digest) {
      const reason = await findRefusal?.(repository)
      if (reason !== undefined) return { outcome: 'kept', reason }
      return deleteManifest(session, parseRepositoryPath(repository), parseDigest(digest))
    },
    hasBlob: async (repository, digest) => hasEcrLayer(session, parseRepositoryPath(repository), parseDigest(digest)),
    readBlob: async (repository, blob, use) =>
      readEcrLayer(session, http, parseRepositoryPath(repository), { ...blob, digest: parseDigest(blob.digest) }, use),
    putBlob: async (repository, blob, open) =>
      uploadEcrLayer(session, parseRepositoryPath(repository), { ...blob, digest: parseDigest(blob.digest) }, open()),
    putManifest: async (repository, reference, manifest) =>
      putManifest(session, parseRepositoryPath(repository), reference, manifest),
  }
}

/**
 * By the tag alone while others are on the digest: that a tag and a digest in one identifier take off the tag and leave
 * the digest is nowhere documented. The last tag is deleted with its digest either way, so there both are named, and ECR
 * itself refuses a tag that has moved.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
 */
async function deleteTag(
  session: EcrSession,
  repository: string,
  pair: { imageTag: string; imageDigest: Digest },
  lastTagGoesWithDigest: boolean,
): Promise<TagDeletion> {
  const { imageTag, imageDigest } = pair
  const described = await describeEcrImage(session, repository, { imageDigest })
  const image = await describeEcrImage(session, repository, { imageTag })
  if (image === undefined) return { outcome: 'absent' }
  if (image.digest !== imageDigest) return movedTo(image.digest)
  const isLast = (described?.tags.length ?? 0) < 2
  if (isLast && !lastTagGoesWithDigest) return kept('last tag: ECR removes the image with it')
  const { failure, deleted } = await deleteImage(session, repository, isLast ? pair : { imageTag })
  if (failure === 'ImageNotFound') return { outcome: 'absent' }
  if (failure === 'ImageTagDoesNotMatchDigest') return kept('tag moved to another digest')
  if (failure !== undefined) return refusalOf(session, failure)
  if (deleted?.imageDigest !== undefined && deleted.imageDigest !== imageDigest)
    return kept(`tag moved to ${deleted.imageDigest} in the moment of its delete, and was taken off that`)
  return { outcome: 'deleted', by: 'tag-api' }
}

async function deleteManifest(session: EcrSession, repository: string, digest: Digest): Promise<ManifestDeletion> {
  const { failure } = await deleteImage(session, repository, { imageDigest: digest })
  if (failure === 'ImageNotFound') return { outcome: 'absent' }
  if (failure !== undefined) return refusalOf(session, failure)
  const left = await describeEcrImage(session, repository, { imageDigest: digest })
  if (left === undefined) return { outcome: 'deleted' }
  return { outcome: 'kept', reason: 'ECR accepted the delete and still has the image', isAccepted: true }
}

function refusalOf(session: EcrSession, failure: string): { outcome: 'kept'; reason: string } {
  if (failure !== 'ImageReferencedByManifestList') throw failureError(session, failure)
  return { outcome: 'kept', reason: 'an index refers to the image' }
}

/** What ECR deleted, or the failure of this one image, which it reports in an answer that is a success. */
async function deleteImage(
  session: EcrSession,
  repository: string,
  id: ImageIdentifier,
): Promise<{ failure?: string; deleted?: ImageIdentifier }> {
  const command = new BatchDeleteImageCommand({ ...session.in(repository), imageIds: [id] })
  const answer = await session.call('BatchDeleteImage', (client, options) => client.send(command, options))
  const [failure] = answer?.failures ?? []
  if (failure !== undefined) return { failure: failure.failureCode ?? 'a failure without a code' }
  const [deleted] = answer?.imageIds ?? []
  return deleted === undefined ? { failure: 'neither a deleted image nor a failure' } : { deleted }
}

async function putManifest(
  session: EcrSession,
  repository: string,
  reference: string,
  manifest: { mediaType: string; bytes: Uint8Array },
): Promise<void> {
  const bytes = Buffer.from(manifest.bytes)
  if (isDigest(reference)) verifyDigest(bytes, reference, `PutImage ${session.host}/${repository}`)
  const target = isDigest(reference)
    ? { imageDigest: reference }
    : { imageTag: parseTagWithin(reference, maxEcrTagLength) }
  const command = new PutImageCommand({
    ...session.in(repository),
    ...target,
    imageManifest: bytes.toString('utf8'),
    imageManifestMediaType: manifest.mediaType,
  })
  const missing = ['LayersNotFoundException', 'ReferencedImagesNotFoundException']
  const done = await session.call('PutImage', (client, options) => put(client.send(command, options)), missing)
  if (done === undefined)
    throw new InvalidInputError(
      `${session.host}/${repository}: expected the manifest's blobs and children to be there, got some gone`,
    )
}

/** An image that is there already is what was wanted. */
async function put(sent: Promise<unknown>): Promise<true> {
  try {
    await sent
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ImageAlreadyExistsException') throw error
  }
  return true
}
