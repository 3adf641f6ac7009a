import type { RegistryReader } from '../../../ports/registry.ts'
import { listedByApi } from '../listed-by-api.ts'
import { listedByPart } from '../listed-by-part.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import { type GhcrOptions, GithubPackages, ownerOf } from './github-packages.ts'
import { listingOf } from './package-listing.ts'

/** What people read of a sync that had to do without. */
const without =
  'GitHub does not list the versions of packages for this credential, so that push times and untagged images are not known: give a token with read:packages'

/**
 * GHCR with the list of GitHub's packages, for which a token needs `read:packages`; without it, it is read as any other
 * registry. No manifest is read that is known: each is a download, which counts for whether it can be deleted.
 */
export function createGhcrReader(options: GhcrOptions): RegistryReader {
  const session = new OciSession({ ...options, countsPulls: true }, 'pull')
  return ghcrReaderOf(session, new GithubPackages(options))
}

/** The reading half over a session that exists, with what is known of its packages. */
export function ghcrReaderOf(session: OciSession, packages: GithubPackages): RegistryReader {
  const plain = readerOf(session)
  const list = async (repository: string) => {
    const found = await packages.list(repository)
    return found && listingOf(found)
  }
  return {
    ...plain,
    ...listedByApi(plain, { api: packages.own, scopeOf: ownerOf, list, without }),
    ...listedByPart({
      host: session.host,
      api: packages.own,
      beginsWith: 'an owner, as in team/**,',
      scopeOf: below => ownerOf(below) || undefined,
      list: below => packages.listPackages(ownerOf(below)),
    }),
  }
}
