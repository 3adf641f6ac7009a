import type { Digest } from '../../../domain/digest.ts'
import type { RegistryReader, TagDeletion } from '../../../ports/registry.ts'
import { deleteTag } from '../deletion/tag-deletion.ts'
import { kept } from '../deletion/tag-outcomes.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { harborPlaceOf, isUnknownThere, sendHarborDeletion } from './harbor-api.ts'
import { immutableText } from './refusal-text.ts'

/**
 * Takes a tag off this digest by Harbor's own API, which leaves the artifact and its other tags alone; a Harbor that
 * answers oddly is left to the ladder of other registries. The looks before and after it are by that API too: Harbor answers no
 * HEAD of an image that its project lets nobody pull.
 */
export async function deleteTagByApi(
  session: OciSession,
  reader: Pick<RegistryReader, 'findTag'>,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion> {
  const place = harborPlaceOf(repository)
  const now = await reader.findTag(repository, tag)
  if (now === undefined) return { outcome: 'absent' }
  if (place === undefined || now !== digest) return deleteTag(session, repository, tag, digest)
  const response = await sendHarborDeletion(session, `${place.path}/artifacts/${digest}/tags/${tag}`, repository)
  if (response.status === 412) return kept(immutableText(response))
  if (response.status !== 200 && !isUnknownThere(response)) return deleteTag(session, repository, tag, digest)
  const isThere = (await reader.findTag(repository, tag)) === digest
  if (response.status === 200)
    return isThere
      ? { ...kept('Harbor accepted the delete and the tag is still there'), isAccepted: true }
      : { outcome: 'deleted', by: 'tag-api' }
  return isThere ? deleteTag(session, repository, tag, digest) : { outcome: 'absent' }
}
