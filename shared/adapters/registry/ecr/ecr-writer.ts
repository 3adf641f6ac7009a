import { BatchDeleteImageCommand, PutImageCommand } from '@aws-sdk/client-ecr'
import { isDigest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTagWithin } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RegistryWriter } from '../../../ports/registry.ts'
import { createHttpClient } from '../../http/client.ts'
import { withRetries } from '../../http/retry.ts'
import { deleteManifestById, deleteTagById, type IdDeletes } from '../deletion/delete-by-id.ts'
import { kept } from '../deletion/tag-outcomes.ts'
import { verifyDigest } from '../manifest.ts'
import { describeEcrImage, maxEcrTagLength } from './describe-images.ts'
import { ecrArchiveOf } from './ecr-archive.ts'
import { failureError } from './ecr-images.ts'
import { hasEcrLayer, readEcrLayer, uploadEcrLayer } from './ecr-layers.ts'
import type { EcrOptions } from './ecr-options.ts'
import { ecrOwnerRefusals } from './ecr-owner.ts'
import { ecrReaderOf } from './ecr-registry.ts'
import { EcrSession } from './ecr-session.ts'

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
      const deletes = deletesOf(session, parseRepositoryPath(repository))
      return deleteTagById(deletes, pair, choice?.lastTagGoesWithDigest ?? false)
    },
    async deleteManifest(repository, digest) {
      const refusal = await findRefusal?.(repository)
      if (refusal !== undefined) return kept(refusal)
      return deleteManifestById(deletesOf(session, parseRepositoryPath(repository)), parseDigest(digest))
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

const deletesOf = (session: EcrSession, repository: string): IdDeletes => ({
  service: 'ECR',
  describe: id => describeEcrImage(session, repository, id),
  delete: id => {
    const command = new BatchDeleteImageCommand({ ...session.in(repository), imageIds: [{ ...id }] })
    return session.call('BatchDeleteImage', (client, options) => client.send(command, options))
  },
  failureError: code => failureError(session, code),
})

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
