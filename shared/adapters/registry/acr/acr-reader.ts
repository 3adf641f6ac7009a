import { parseRepositoryPath } from '../../../domain/repository-name.ts'
import type { RegistryReader } from '../../../ports/registry.ts'
import { listedByApi } from '../listed-by-api.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import type { Reach } from '../registry-address.ts'
import { AcrRepositories } from './acr-repositories.ts'

const without =
  'ACR does not list its manifests for this credential, so that push times, locks and untagged images are not known: give it the right metadata/read, unless no ACR is there'

/**
 * An Azure Container Registry by its own API, which tells digests, push times, locks and untagged manifests, a hundred a page.
 * What refers to others is among them, so that a sync looks none up: of such look-ups a registry takes 250 a minute.
 *
 * @see https://learn.microsoft.com/rest/api/containerregistry/
 */
export function createAcrReader(reach: Reach): RegistryReader {
  return acrReaderOf(new OciSession(reach, 'pull'), new AcrRepositories(reach))
}

/** The reading half over a session that exists, with what is known of its repositories. */
export function acrReaderOf(session: OciSession, repositories: AcrRepositories): RegistryReader {
  const plain = readerOf(session)
  const list = (repository: string) => repositories.list(repository)
  return {
    ...plain,
    ...listedByApi(plain, { api: repositories.api, scopeOf: path => path, list, without }),
    async listReferrers(repository, digest, options) {
      if (options?.isBestEffort && repositories.listsAll(parseRepositoryPath(repository))) return []
      return plain.listReferrers(repository, digest, options)
    },
  }
}
