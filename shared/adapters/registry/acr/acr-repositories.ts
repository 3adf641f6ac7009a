import type { RepositoryListing } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { saysRealm } from '../oci/says-realm.ts'
import { OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { RegistryApi } from '../registry-api.ts'
import { acrAuthorization } from './acr-authorization.ts'
import { acrListingOf } from './acr-listing.ts'
import { type AcrRepository, findAcrRepository } from './acr-repository.ts'

const realmPath = '/oauth2/token'

/** The repositories of one ACR by its own API, with what its lists said last. */
export class AcrRepositories {
  readonly api: OwnApi
  readonly #api: RegistryApi
  readonly #known = new Map<string, AcrRepository>()

  constructor(reach: Reach) {
    this.#api = new RegistryApi(reach, acrAuthorization(reach.host))
    this.api = new OwnApi(reach.isTold ? () => saysRealm(reach, realmPath) : undefined)
  }

  async list(repository: string): Promise<RepositoryListing | undefined> {
    const found = await findAcrRepository(this.#api, repository)
    if (found) this.#known.set(repository, found)
    return found && acrListingOf(found)
  }

  /** True where the last list had every manifest: then what refers to others is among them. */
  listsAll(repository: string): boolean {
    return this.#known.get(repository)?.hidesSome === false
  }

  /** True where the last list had less than there is: a tag that is hidden may be on any image. */
  hidesSome(repository: string): boolean {
    return this.#known.get(repository)?.hidesSome === true
  }

  /** The first of these tags that the last list called locked, itself or by its manifest. */
  findLocked(repository: string, tags: readonly string[]): string | undefined {
    const known = this.#known.get(repository)
    const digests = new Set(known?.manifests.flatMap(one => (one.isLocked ? one.digest : [])))
    const locked = known?.tags.filter(({ isLocked, digest }) => isLocked || (digest && digests.has(digest))) ?? []
    const names = new Set(locked.map(({ tag }) => tag))
    return tags.find(tag => names.has(tag))
  }

  /** Takes a tag off its manifest, which stays. @throws AccessDeniedError */
  deleteTag(repository: string, tag: string): Promise<HttpResponse> {
    const scope = `repository:${repository}:delete`
    return this.#api.send({ method: 'DELETE', path: `/acr/v1/${repository}/_tags/${tag}`, repository, scope })
  }
}
