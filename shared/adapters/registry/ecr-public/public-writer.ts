import { BatchDeleteImageCommand, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr-public'
import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import { AccessDeniedError, InvalidInputError } from '../../../errors.ts'
import { late } from '../../../late.ts'
import type { RegistryCredential, RegistryWriter } from '../../../ports/registry.ts'
import { deleteManifestById, deleteTagById, type IdDeletes } from '../deletion/delete-by-id.ts'
import { kept } from '../deletion/tag-outcomes.ts'
import { OciSession } from '../oci/oci-session.ts'
import { pushingHalfOf } from '../oci/oci-writer.ts'
import type { Reach } from '../registry-address.ts'
import { describePublicImage } from './public-images.ts'
import { publicReaderOf, withoutCredential } from './public-reader.ts'
import { PublicSession } from './public-session.ts'

/**
 * Needs `ecr-public:BatchDeleteImage` beside what reading needs, and for restore `ecr-public:GetAuthorizationToken`,
 * `BatchCheckLayerAvailability`, `InitiateLayerUpload`, `UploadLayerPart`, `CompleteLayerUpload` and `PutImage`, and
 * `sts:GetServiceBearerToken`: pushes are those of the registry, with a token of the account.
 */
export function createPublicWriter(reach: Reach): RegistryWriter {
  const session = new PublicSession(reach)
  return {
    ...publicReaderOf(session, new OciSession(withoutCredential(reach), 'pull')),
    async deleteTag(repository, tag, digest, choice) {
      const pair = { imageTag: parseTag(tag), imageDigest: parseDigest(digest) }
      const deletes = await findDeletes(session, parseRepositoryPath(repository))
      if ('refusal' in deletes) return kept(deletes.refusal)
      return deleteTagById(deletes, pair, choice?.lastTagGoesWithDigest ?? false)
    },
    async deleteManifest(repository, digest) {
      const imageDigest = parseDigest(digest)
      const deletes = await findDeletes(session, parseRepositoryPath(repository))
      return 'refusal' in deletes ? kept(deletes.refusal) : deleteManifestById(deletes, imageDigest)
    },
    findRefusal: async repository => session.findRefusal(parseRepositoryPath(repository)),
    ...pushesOf(reach, session),
  }
}

async function findDeletes(session: PublicSession, path: string): Promise<IdDeletes | { readonly refusal: string }> {
  const refusal = await session.findRefusal(path)
  if (refusal !== undefined) return { refusal }
  const repositoryName = path.slice(path.indexOf('/') + 1)
  return {
    service: 'ECR Public',
    describe: id => describePublicImage(session, repositoryName, id),
    delete: id => {
      const command = new BatchDeleteImageCommand({ repositoryName, imageIds: [{ ...id }] })
      return session.call('BatchDeleteImage', (client, options) => client.send(command, options))
    },
    failureError: code => failureError(session.host, code),
  }
}

function failureError(host: string, code: string): Error {
  const message = `${host}: expected the image, got ${code}`
  return code === 'KmsError' ? new AccessDeniedError(message) : new InvalidInputError(message)
}

type Pushes = Pick<RegistryWriter, 'hasBlob' | 'readBlob' | 'putBlob' | 'putManifest'>

/** The token is asked for once something is pushed: most writers delete alone. */
function pushesOf(reach: Reach, session: PublicSession): Pushes {
  const open = late(() => openPushes(reach, session))
  return {
    hasBlob: async (repository, digest) => (await open()).hasBlob(repository, digest),
    readBlob: async (repository, blob, use) => (await open()).readBlob(repository, blob, use),
    putBlob: async (repository, blob, chunks) => (await open()).putBlob(repository, blob, chunks),
    putManifest: async (repository, reference, manifest) => (await open()).putManifest(repository, reference, manifest),
  }
}

async function openPushes(reach: Reach, session: PublicSession): Promise<Pushes> {
  const renewCredential = () => getToken(session)
  return pushingHalfOf(new OciSession({ ...reach, credential: await renewCredential(), renewCredential }, 'pull,push'))
}

/** A user name and password of 12 hours for the registry. @see https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html */
async function getToken(session: PublicSession): Promise<RegistryCredential> {
  const answer = await session.call('GetAuthorizationToken', (client, options) =>
    client.send(new GetAuthorizationTokenCommand({}), options),
  )
  const text = Buffer.from(answer?.authorizationData?.authorizationToken ?? '', 'base64').toString('utf8')
  const [username, password] = text.split(/:(.*)/s)
  if (username && password) return { username, password }
  throw new InvalidInputError(`GetAuthorizationToken ${session.host}: expected a user name and a password, got none`)
}
