import { parseDigest, parseRepositoryPath } from '../../../domain/repository-name.ts'
import type { RegistryReader } from '../../../ports/registry.ts'
import { listedByApi } from '../listed-by-api.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { type OciOptions, OciSession } from '../oci/oci-session.ts'
import { mergeReferrers } from '../oci/referrers.ts'
import { GitlabRepositories } from './gitlab-repositories.ts'

const without =
  'the registry of GitLab does not list its tags for this credential with their digests, so that push times are not known: it does where it keeps its metadata in a database'

/**
 * The registry of a GitLab by its own API, which tells digests, since when a tag is where it is, and what refers to tagged
 * images, a thousand tags a page. It tells no pull times and no untagged images.
 */
export function createGitlabReader(options: OciOptions): RegistryReader {
  const session = new OciSession(options, 'pull')
  return gitlabReaderOf(session, new GitlabRepositories(session))
}

/** The reading half over a session that exists, with what is known of its repositories. */
export function gitlabReaderOf(session: OciSession, repositories: GitlabRepositories): RegistryReader {
  const plain = readerOf(session)
  const list = (repository: string) => repositories.list(repository)
  return {
    ...plain,
    ...listedByApi(plain, { api: repositories.api, scopeOf: path => path, list, without }),
    async listReferrers(repository, digest, options) {
      const told = repositories.referrersOf(parseRepositoryPath(repository), parseDigest(digest))
      return mergeReferrers([...(await plain.listReferrers(repository, digest, options)), ...told])
    },
  }
}
