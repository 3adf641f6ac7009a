import { BatchDeleteImageCommand, type ImageIdentifier, PutImageCommand } from '@aws-sdk/client-ecr'
import { type Digest, isDigest } from '../domain/digest.ts'
import { InvalidInputError } from '../errors.ts'
import type { ManifestDeletion, RegistryWriter, TagDeletion } from '../ports/registry.ts'
import { describeEcrImage, failureError } from './ecr-images.ts'
import { ecrReaderOf } from './ecr-registry.ts'
import { type EcrOptions, EcrSession } from './ecr-session.ts'
import { verifyDigest } from './manifest.ts'
import { maxEcrTagLength, requireDigest, requireRepository, requireTag } from './reference-checks.ts'
import { kept, movedTo } from './tag-outcomes.ts'

/** What to do about ECR's habit of removing an image with its last tag. */
export interface LastTagChoice {
  /** True when the digest is doomed as well. By default the last tag is kept. */
  readonly lastTagGoesWithDigest: boolean
}

/** A writer whose tag delete can be told that the digest may go with its last tag. */
export interface EcrWriter extends RegistryWriter {
  deleteTag(repository: string, tag: string, digest: Digest, choice?: LastTagChoice): Promise<TagDeletion>
}

/** Needs `ecr:BatchDeleteImage` and, for restore, `ecr:PutImage`, beside what reading needs. */
export function createEcrWriter(options: EcrOptions): EcrWriter {
  const session = new EcrSession(options)
  return {
    ...ecrReaderOf(session),
    async deleteTag(repository, tag, digest, choice) {
      const pair = { imageTag: requireTag(tag, maxEcrTagLength), imageDigest: requireDigest(digest) }
      return deleteTag(session, requireRepository(repository), pair, choice?.lastTagGoesWithDigest ?? false)
    },
    deleteManifest: async (repository, digest) =>
      deleteManifest(session, requireRepository(repository), requireDigest(digest)),
    putManifest: async (repository, reference, manifest) =>
      putManifest(session, requireRepository(repository), reference, manifest),
  }
}

/** Tag and digest go in one identifier, by which ECR itself refuses a tag that has moved. */
async function deleteTag(
  session: EcrSession,
  repository: string,
  pair: { imageTag: string; imageDigest: Digest },
  lastTagGoesWithDigest: boolean,
): Promise<TagDeletion> {
  const image = await describeEcrImage(session, repository, { imageTag: pair.imageTag })
  if (image === undefined) return { outcome: 'absent' }
  if (image.digest !== pair.imageDigest) return movedTo(image.digest)
  const described = await describeEcrImage(session, repository, { imageDigest: pair.imageDigest })
  const isLast = (described?.tags.length ?? 0) < 2
  if (isLast && !lastTagGoesWithDigest) return kept('last tag: ECR removes the image with it')
  const failure = await deleteImage(session, repository, pair)
  if (failure === undefined) return { outcome: 'deleted', by: 'tag-api' }
  if (failure === 'ImageNotFound') return { outcome: 'absent' }
  if (failure === 'ImageTagDoesNotMatchDigest') return kept('tag moved to another digest')
  return refusalOf(session, failure)
}

async function deleteManifest(session: EcrSession, repository: string, digest: Digest): Promise<ManifestDeletion> {
  const failure = await deleteImage(session, repository, { imageDigest: digest })
  if (failure === 'ImageNotFound') return { outcome: 'absent' }
  if (failure !== undefined) return refusalOf(session, failure)
  const left = await describeEcrImage(session, repository, { imageDigest: digest })
  if (left === undefined) return { outcome: 'deleted' }
  return { outcome: 'kept', reason: 'ECR accepted the delete and still has the image' }
}

function refusalOf(session: EcrSession, failure: string): { outcome: 'kept'; reason: string } {
  if (failure !== 'ImageReferencedByManifestList') throw failureError(session, failure)
  return { outcome: 'kept', reason: 'an index refers to the image' }
}

/** The failure code of this one image, which ECR reports in an answer that is a success; undefined when it is gone. */
async function deleteImage(session: EcrSession, repository: string, id: ImageIdentifier): Promise<string | undefined> {
  const command = new BatchDeleteImageCommand({ ...session.in(repository), imageIds: [id] })
  const answer = await session.call('BatchDeleteImage', (client, options) => client.send(command, options))
  const [failure] = answer?.failures ?? []
  if (failure !== undefined) return failure.failureCode ?? 'a failure without a code'
  const confirmed = (answer?.imageIds ?? []).length > 0
  return confirmed ? undefined : 'neither a deleted image nor a failure'
}

async function putManifest(
  session: EcrSession,
  repository: string,
  reference: string,
  manifest: { mediaType: string; bytes: Uint8Array },
): Promise<void> {
  const bytes = Buffer.from(manifest.bytes)
  if (isDigest(reference)) verifyDigest(bytes, reference, `PutImage ${session.host}/${repository}`)
  const target = isDigest(reference) ? { imageDigest: reference } : { imageTag: requireTag(reference, maxEcrTagLength) }
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
