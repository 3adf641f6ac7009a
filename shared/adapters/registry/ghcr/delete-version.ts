import type { Digest } from '../../../domain/digest.ts'
import { findJson } from '../../../domain/json.ts'
import type { ManifestDeletion, RegistryReader } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { notTold } from '../own-api.ts'
import type { GithubPackages } from './github-packages.ts'

export const lastTaggedText =
  'GitHub keeps the last tagged version of a package: delete the package there if all of it may go'

export const noRightText =
  'GitHub lists no version of it for this credential: give a token with read:packages and delete:packages, and the role Admin in the package'

/**
 * Deletes the version of a digest by GitHub's API: the registry itself takes no delete. A 404 is looked at, since GitHub
 * answers so to a token without the right as well.
 */
export async function deleteVersion(
  { deleteTrust }: Pick<OciSession, 'deleteTrust'>,
  reader: Pick<RegistryReader, 'hasManifest'>,
  packages: GithubPackages,
  { repository, digest }: { readonly repository: string; readonly digest: Digest },
): Promise<ManifestDeletion> {
  const isKnown = packages.known(repository)?.has(digest) === true
  if (!isKnown && !(await reader.hasManifest(repository, digest))) return { outcome: 'absent' }
  const version = await packages.find(repository, digest)
  if (version === notTold || version === undefined) return { outcome: 'kept', reason: noRightText }
  const response = await packages.delete(repository, version)
  if (response.status === 404 && !(await reader.hasManifest(repository, digest))) return { outcome: 'absent' }
  if (response.status !== 204) return { outcome: 'kept', reason: refusalText(response) }
  if (!deleteTrust.accepted()) return { outcome: 'deleted' }
  const isGone = !(await reader.hasManifest(repository, digest))
  deleteTrust.saw(isGone)
  if (isGone) return { outcome: 'deleted' }
  return { outcome: 'kept', reason: 'GitHub accepted the delete and still serves the manifest', isAccepted: true }
}

/** Its own words are matched, and never repeated. */
export function refusalText({ status, body }: HttpResponse): string {
  const json = findJson(body.toString('utf8'))
  const message = typeof json === 'object' && json !== null && 'message' in json ? String(json.message) : ''
  if (/last (?:tagged )?version/i.test(message)) return lastTaggedText
  if (/5,?000 downloads/i.test(message))
    return 'GitHub deletes no public version with more than 5,000 downloads: ask its support'
  const right =
    status === 403 || status === 404 ? ': the token needs delete:packages, and the role Admin in the package' : ''
  return `GitHub answered ${status} to the delete${right}`
}
