import type { RegistryReader } from '../../../ports/registry.ts'
import { listedByApi } from '../listed-by-api.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import { type GiteaOptions, giteaPlaceOf } from './gitea-api.ts'
import { GiteaPackages } from './gitea-packages.ts'

/** What people read of a sync that had to do without Gitea's own list. */
const withoutList =
  'Gitea does not list its packages for this credential, so that their push times and untagged images are not known: give its token the right to read packages, unless no Gitea is there'

/**
 * A Gitea or a Forgejo, of which the API of packages tells push times and what was pushed by its digest. Where tags point it
 * does not tell, nor sizes, nor pulls.
 *
 * @see https://docs.gitea.com/api/#tag/package
 */
export function createGiteaReader(options: GiteaOptions): RegistryReader {
  return giteaReaderOf(new OciSession(options, 'pull'), new GiteaPackages(options))
}

/** The reading half over a session that exists. */
export function giteaReaderOf(session: OciSession, packages: GiteaPackages): RegistryReader {
  const plain = readerOf(session)
  const list = {
    api: packages.own,
    scopeOf: (repository: string) => giteaPlaceOf(repository)?.owner ?? '',
    list: (repository: string) => packages.list(repository),
    without: withoutList,
  }
  return { ...plain, ...listedByApi(plain, list) }
}
