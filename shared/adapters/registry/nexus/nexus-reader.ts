import type { RegistryReader } from '../../../ports/registry.ts'
import { basicHeader } from '../oci/authenticator.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import { OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { type ApiOptions, RegistryApi } from '../registry-api.ts'
import { listedWithTold } from '../told-tags.ts'
import { searchTags } from './asset-search.ts'

/** What people read of a sync that had to do without the REST API of Nexus. */
const without =
  'Nexus does not search for this credential, so that push and pull times are not known: give it nx-search-read and the right to browse the repository, and name the address of Nexus as api of the registry'

/**
 * A Nexus, whose REST API tells digest, push and pull time of each tag. It is asked where the settings say that there is one:
 * what it calls itself on the port of images proves nothing of another address.
 */
export function createNexusReader(options: ApiOptions & Pick<Partial<Reach>, 'isTold'>): RegistryReader {
  const plain = readerOf(new OciSession({ ...options, countsPulls: true }, 'pull'))
  const api = new RegistryApi(options, credential => ({
    headers: credential
      ? { authorization: basicHeader({ ...credential, password: credential.apiToken ?? credential.password }) }
      : {},
  }))
  const own = new OwnApi(options.isTold ? async () => false : undefined)
  const tell = (repository: string) => searchTags(api, repository)
  return { ...plain, ...listedWithTold(plain, { api: own, scopeOf: () => '', tell, without }) }
}
