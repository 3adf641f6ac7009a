import type { RegistryCredential, RegistryReader } from '../../../ports/registry.ts'
import { basicHeader } from '../oci/authenticator.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import { OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { type ApiOptions, RegistryApi } from '../registry-api.ts'
import { listedWithTold } from '../told-tags.ts'
import { searchTags } from './item-search.ts'

/** What people read of a sync that had to do without the queries of Artifactory. */
const without =
  'Artifactory answers no query of this credential, so that push and pull times are not known: give it the right to read the repository, and name the address of Artifactory as api of the registry where that is another'

/**
 * An Artifactory, which tells digest, push and pull time of all tags of an image in one answer. It is asked where the settings
 * say that there is one.
 */
export function createArtifactoryReader(options: ApiOptions & Pick<Partial<Reach>, 'isTold'>): RegistryReader {
  const plain = readerOf(new OciSession({ ...options, countsPulls: true }, 'pull'))
  const api = new RegistryApi(options, credential => ({
    headers: credential ? { authorization: headerOf(credential) } : {},
  }))
  const own = new OwnApi(options.isTold ? async () => false : undefined)
  const tell = (repository: string) => searchTags(api, repository)
  const scopeOf = (repository: string) => repository.split('/')[0] ?? ''
  return { ...plain, ...listedWithTold(plain, { api: own, scopeOf, tell, without }) }
}

const headerOf = (credential: RegistryCredential): string =>
  credential.apiToken === undefined ? basicHeader(credential) : `Bearer ${credential.apiToken}`
