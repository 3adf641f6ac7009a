import type { Digest } from '../../../domain/digest.ts'
import type { TagDeletion } from '../../../ports/registry.ts'
import { type DummyDeletes, deleteByDummy } from '../deletion/dummy-deletion.ts'
import { findElsewhere } from '../deletion/tag-deletion.ts'
import { kept } from '../deletion/tag-outcomes.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { notTold } from '../own-api.ts'
import { lastTaggedText, noRightText, refusalText } from './delete-version.ts'
import { type GithubPackages, ownerOf } from './github-packages.ts'

/**
 * GitHub has no delete of a tag. It is put on a version of its own, which is then deleted: what everybody does who takes one
 * off there. Of the last tag in a package GitHub would refuse that, so that it is not begun.
 *
 * @see https://github.com/dataaxiom/ghcr-cleanup-action#how-it-works
 */
export async function deleteTagByDummy(
  session: OciSession,
  packages: GithubPackages,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion> {
  const deletes = dummyDeletesOf(packages)
  const over = await findElsewhere(session, repository, tag, digest, deletes)
  if (over) return over
  const versions =
    packages.known(repository) ??
    (await packages.own.ask(ownerOf(repository), 'list', async () => (await packages.list(repository))?.versions))
  if (versions === notTold || versions === undefined) return kept(noRightText)
  if (isLastTag(versions, [tag])) return kept(lastTaggedText)
  const deletion = await deleteByDummy(session, repository, tag, digest, deletes)
  if (deletion.outcome === 'deleted') packages.noteUntagged(repository, tag)
  return deletion
}

/** True where no tag would be left in the package without these. */
export const isLastTag = (
  versions: Iterable<readonly [Digest, { readonly tags: readonly string[] }]>,
  without: readonly string[],
): boolean => [...versions].every(([, { tags }]) => tags.every(tag => without.includes(tag)))

const dummyDeletesOf = (packages: GithubPackages): DummyDeletes => ({
  findForbidden: async () => (packages.mayDelete ? undefined : 'the token has not the scope delete:packages'),
  async deleteDummy(repository, dummy) {
    const version = await packages.findPushed(repository, dummy)
    if (version === notTold || version === undefined) return 'GitHub does not list its version'
    const response = await packages.delete(repository, version)
    return response.status === 204 ? undefined : refusalText(response)
  },
})
