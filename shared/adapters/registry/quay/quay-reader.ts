import { parseRepositoryPath } from '../../../domain/repository-name.ts'
import type { RegistryReader } from '../../../ports/registry.ts'
import { takeDistinct } from '../distinct-paths.ts'
import { listedByApi } from '../listed-by-api.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import { notTold } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { QuayRepositories } from './quay-repositories.ts'

const without =
  'Quay does not list its tags for this credential, so that push times are not known: give it an apiToken, an OAuth token with repo:read (robots have no right to that list), unless no Quay is there'

/**
 * A Quay by its own API, which tells digests and since when a tag is where it is, a hundred a page. It tells no pull times and no
 * untagged images.
 *
 * @see https://docs.quay.io/api/
 */
export function createQuayReader(reach: Reach): RegistryReader {
  return quayReaderOf(new OciSession(reach, 'pull'), new QuayRepositories(reach))
}

/** The reading half over a session that exists, with what is known of its tags. */
export function quayReaderOf(session: OciSession, repositories: QuayRepositories): RegistryReader {
  const plain = readerOf(session)
  const list = async (repository: string) => {
    const listed = await repositories.list(repository)
    return listed && { tags: listed.tags, ...(listed.odd.length > 0 && { unreadable: listed.odd }) }
  }
  return {
    ...plain,
    ...listedByApi(plain, { api: repositories.api, scopeOf: path => path, list, without }),
    // The catalog of `/v2/` is of what everybody may see, and of what a robot may.
    async listRepositories(atMost, below = '') {
      const [namespace = ''] = below.split('/', 1)
      if (namespace === '' || !repositories.hasToken) return plain.listRepositories(atMost, below)
      const paths = await repositories.api.ask(namespace, 'list', () =>
        takeDistinct(repositories.listRepositories(namespace), atMost),
      )
      return paths === notTold ? plain.listRepositories(atMost, below) : paths
    },
    ...(repositories.hasToken && {
      findOwnRules: async (repository: string) => repositories.findRules(parseRepositoryPath(repository)),
    }),
  }
}
