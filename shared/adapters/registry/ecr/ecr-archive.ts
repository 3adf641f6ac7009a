import { type TargetStorageClass, UpdateImageStorageClassCommand } from '@aws-sdk/client-ecr'
import type { Digest } from '../../../domain/digest.ts'
import type { Storage } from '../../../domain/records/images.ts'
import { parseDigest, parseRepositoryPath } from '../../../domain/repository-name.ts'
import type { Activation, Archiving, RegistryArchive } from '../../../ports/registry.ts'
import { describeEcrImage, storageOf } from './describe-images.ts'
import type { EcrSession } from './ecr-session.ts'

/**
 * The archival storage class of ECR. Tags stay on an archived image, which is described and handed out to nobody; of its
 * children and referrers nothing is said, so each is asked for by its own digest. Needs `ecr:UpdateImageStorageClass`.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
 */
export const ecrArchiveOf = (session: EcrSession): RegistryArchive => ({
  findStorage: async (repository, digest) => findStorage(session, parseRepositoryPath(repository), parseDigest(digest)),
  archiveManifest: async (repository, digest) =>
    archiveManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
  activateManifest: async (repository, digest) =>
    activateManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
})

async function findStorage(session: EcrSession, repository: string, imageDigest: Digest): Promise<Told> {
  const image = await describeEcrImage(session, repository, { imageDigest })
  // A status of later years is none that this asks anything of.
  return image && (image.storage ?? 'active')
}

type Told = 'active' | Storage | undefined

async function archiveManifest(session: EcrSession, repository: string, digest: Digest): Promise<Archiving> {
  const storage = await moveTo('ARCHIVE', session, repository, digest)
  if (storage === undefined) return { outcome: 'absent' }
  return storage === 'archived' ? { outcome: storage } : keptAs(storage)
}

async function activateManifest(session: EcrSession, repository: string, digest: Digest): Promise<Activation> {
  const storage = await moveTo('STANDARD', session, repository, digest)
  if (storage === undefined) return { outcome: 'absent' }
  return storage === 'archived' ? keptAs(storage) : { outcome: storage }
}

const keptAs = (storage: string) => ({
  outcome: 'kept' as const,
  reason: `ECR was asked to change the storage class of it, and still has it as ${storage}`,
})

/** Where the image is then. An answer without its status, and a refusal, say nothing of what is there already. */
async function moveTo(
  targetStorageClass: TargetStorageClass,
  session: EcrSession,
  repository: string,
  imageDigest: Digest,
): Promise<Told> {
  const input = { ...session.in(repository), imageId: { imageDigest }, targetStorageClass }
  const answer = await session.call(
    'UpdateImageStorageClass',
    (client, options) => client.send(new UpdateImageStorageClassCommand(input), options),
    ['ImageNotFoundException', 'ImageStorageClassUpdateNotSupportedException'],
  )
  return storageOf(answer?.imageStatus) ?? findStorage(session, repository, imageDigest)
}
