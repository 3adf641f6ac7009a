import type { Digest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { ManifestDeletion, RegistryReader, RegistryWriter, TagDeletion } from '../../../ports/registry.ts'
import { kept, movedTo } from '../deletion/tag-outcomes.ts'
import { OciSession } from '../oci/oci-session.ts'
import { pushingHalfOf } from '../oci/oci-writer.ts'
import type { Reach } from '../registry-address.ts'
import { HubApi } from './hub-api.ts'
import { hubReaderOf } from './hub-reader.ts'

const noDigests = 'Docker Hub deletes tags, and no image by its digest'
const staysText = `${noDigests}: one without tags is listed nowhere, and Docker does not say for how long it is handed out`

/**
 * Docker Hub with the right to delete tags, which its own API alone does: the registry answers UNSUPPORTED to every delete.
 * An image whose tags are all gone is still there under its digest.
 *
 * @see https://github.com/docker/hub-tool/blob/main/pkg/hub/tags.go
 * @see https://github.com/docker/hub-feedback/issues/1759
 */
export function createHubWriter(options: Reach): RegistryWriter {
  const session = new OciSession({ ...options, countsPulls: true }, 'pull,push,delete')
  const hub = new HubApi(options)
  const reader = hubReaderOf(session, hub)
  return {
    ...reader,
    deleteTag: async (repository, tag, digest) =>
      deleteTag(hub, reader, {
        repository: parseRepositoryPath(repository),
        tag: parseTag(tag),
        digest: parseDigest(digest),
      }),
    deleteManifest: async (repository, digest) =>
      answerForDigest(reader, parseRepositoryPath(repository), parseDigest(digest)),
    findRefusal: async (_, tags) => (tags.length === 0 ? staysText : undefined),
    ...pushingHalfOf(session),
  }
}

/** Its tags are what can be deleted of it. */
async function answerForDigest(
  reader: Pick<RegistryReader, 'hasManifest'>,
  repository: string,
  digest: Digest,
): Promise<ManifestDeletion> {
  const isThere = await reader.hasManifest(repository, digest)
  return isThere ? { outcome: 'kept', reason: staysText, tagsFirst: true } : { outcome: 'absent' }
}

interface TagToDelete {
  readonly repository: string
  readonly tag: string
  readonly digest: Digest
}

async function deleteTag(
  hub: HubApi,
  reader: Pick<RegistryReader, 'findTag'>,
  { repository, tag, digest }: TagToDelete,
): Promise<TagDeletion> {
  const now = await reader.findTag(repository, tag)
  if (now === undefined) return { outcome: 'absent' }
  if (typeof now === 'object') return kept(now.unreadable)
  if (now !== digest) return movedTo(now)
  const { status } = await hub.deleteTag(repository, tag)
  const isThere = (await reader.findTag(repository, tag)) === digest
  if (status === 204 || status === 200)
    return isThere
      ? { ...kept('Docker Hub accepted the delete and the tag is still there'), isAccepted: true }
      : { outcome: 'deleted', by: 'tag-api' }
  return isThere ? kept(refusalText(status)) : { outcome: 'absent' }
}

const refusalText = (status: number): string =>
  [403, 404].includes(status)
    ? `Docker Hub answered ${status} to the delete: the token must have Read, Write & Delete, and its account the right to write`
    : `Docker Hub answered ${status} to the delete`
