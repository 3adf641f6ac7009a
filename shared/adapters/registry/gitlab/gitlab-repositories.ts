import type { Digest } from '../../../domain/digest.ts'
import type { Referrer, RepositoryListing } from '../../../ports/registry.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { OwnApi } from '../own-api.ts'
import { type GitlabTagList, listGitlabTags } from './gitlab-tags.ts'

/** The repositories of a GitLab by its registry's own API, with what its lists said last. Its token is that for `/v2/`. */
export class GitlabRepositories {
  readonly api = new OwnApi()
  readonly #session: OciSession
  readonly #known = new Map<string, GitlabTagList>()

  constructor(session: OciSession) {
    this.#session = session
  }

  async list(repository: string): Promise<RepositoryListing | undefined> {
    const list = await listGitlabTags(this.#session, repository)
    if (list === undefined) return undefined
    this.#known.set(repository, list)
    return { tags: list.tags, ...(list.odd.length > 0 && { unreadable: list.odd }) }
  }

  /** As the last list said of what a tag is on. */
  referrersOf(repository: string, digest: Digest): readonly Referrer[] {
    return this.#known.get(repository)?.referrers.get(digest) ?? []
  }
}
