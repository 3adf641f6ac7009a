import { type Digest, isDigest } from '../../../domain/digest.ts'
import { isTag, quoted } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RepositoryListing } from '../../../ports/registry.ts'
import { oddName } from '../api-listing.ts'
import { notTold, OwnApi } from '../own-api.ts'
import type { RegistryApi } from '../registry-api.ts'
import { type GiteaOptions, giteaPlaceOf, openGiteaApi, packagePath, saysGitea } from './gitea-api.ts'
import { findVersions, type PackageVersion } from './package-versions.ts'

/** The packages of a Gitea as its own API tells of them. */
export class GiteaPackages {
  readonly own: OwnApi
  readonly #api: RegistryApi

  constructor(options: GiteaOptions) {
    this.#api = openGiteaApi(options)
    this.own = new OwnApi(options.isTold ? () => saysGitea(options) : undefined)
  }

  /** Undefined where Gitea knows no such package. */
  async list(repository: string): Promise<RepositoryListing | undefined> {
    const place = giteaPlaceOf(repository)
    if (place === undefined) throw new InvalidInputError(`expected an owner and a name, got ${quoted(repository)}`)
    const versions = await findVersions(this.#api, place, repository)
    return versions && listingOf(versions)
  }

  /** True where the digest was pushed by itself, so that no tag is needed to hold it; false where that is not told. */
  async holds(repository: string, digest: Digest): Promise<boolean> {
    const place = giteaPlaceOf(repository)
    if (place === undefined) return false
    const path = `${packagePath(place)}/${encodeURIComponent(digest)}`
    const answer = await this.own.ask(place.owner, 'read', () => this.#api.findJson({ path, repository }))
    return answer !== notTold && answer !== undefined
  }

  /**
   * True where it is, or may be, a Forgejo: that cleans up by itself what only a digest holds.
   * @see https://codeberg.org/forgejo/forgejo/src/branch/forgejo/services/packages/container/cleanup.go
   */
  async mayBeForgejo(): Promise<boolean> {
    const answer = await this.own.ask('', 'read', () => this.#api.findJson({ path: '/api/forgejo/v1/version' }))
    return answer !== undefined
  }
}

/** A digest may have tags as well; where these point no list of Gitea says. */
function listingOf(versions: readonly PackageVersion[]): RepositoryListing {
  const tags = versions.filter(({ version }) => isTag(version))
  const odd = versions.filter(({ version }) => !isTag(version) && !isDigest(version))
  return {
    tags: tags.map(({ version: tag, createdAt }) => ({
      tag,
      ...(createdAt && { pushedAt: createdAt, taggedAt: createdAt }),
    })),
    untagged: versions.flatMap(({ version: digest, createdAt }) =>
      isDigest(digest) ? [{ digest, ...(createdAt && { pushedAt: createdAt }) }] : [],
    ),
    ...(odd.length > 0 && {
      unreadable: odd.map(({ version }) => oddName(version)),
    }),
  }
}
