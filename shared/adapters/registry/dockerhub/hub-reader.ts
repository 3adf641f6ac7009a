import type { RegistryReader } from '../../../ports/registry.ts'
import { listedByApi } from '../listed-by-api.ts'
import { listedByPart } from '../listed-by-part.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import type { Reach } from '../registry-address.ts'
import { HubApi, namespaceOf } from './hub-api.ts'

/** What people read of a sync that had to do without. */
const without =
  'Docker Hub does not list tags for this credential by its API, so that push and pull times are not known: give a token that may read the repository'

/** Docker Hub, with its list of tags: digests and times, without a pull for any of them. */
export const createHubReader = (options: Reach): RegistryReader =>
  hubReaderOf(new OciSession({ ...options, countsPulls: true }, 'pull'), new HubApi(options))

/** The reading half over a session that exists. */
export function hubReaderOf(session: OciSession, hub: HubApi): RegistryReader {
  const plain = readerOf(session)
  const list = (repository: string) => hub.list(repository)
  return {
    ...plain,
    ...listedByApi(plain, { api: hub.own, scopeOf: namespaceOf, list, without }),
    ...listedByPart({
      host: session.host,
      api: hub.own,
      beginsWith: 'a namespace, as in team/**,',
      scopeOf: below => namespaceOf(below) || undefined,
      list: below => hub.listRepositories(namespaceOf(below)),
    }),
  }
}
