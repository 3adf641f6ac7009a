import type { Digest } from '../../../domain/digest.ts'
import type { RegistryRules } from '../../../domain/registry-rules/registry-rules.ts'
import { saysRealm } from '../oci/says-realm.ts'
import { notTold, OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { type Authorize, RegistryApi } from '../registry-api.ts'
import { listQuayRepositories } from './quay-repository-list.ts'
import { findAutoprune } from './quay-rules.ts'
import { listQuayTags, type QuayTag, type QuayTagList } from './quay-tags.ts'

/** @see https://github.com/quay/quay/blob/master/endpoints/v2/v2auth.py */
const realmPath = '/v2/auth'

/** Robots are known at `/v2/` alone. Without a token public repositories are listed. */
const byToken: Authorize = credential => ({
  headers: credential?.apiToken === undefined ? {} : { authorization: `Bearer ${credential.apiToken}` },
})

/** The repositories of one Quay by its own API, with what its lists said last. */
export class QuayRepositories {
  readonly api: OwnApi
  /** False where its own API is asked by nobody in particular, who is told no rules. */
  readonly hasToken: boolean
  readonly #api: RegistryApi
  readonly #tags = new Map<string, Map<string, QuayTag>>()

  constructor(reach: Reach) {
    this.#api = new RegistryApi({ ...reach, api: `${reach.api}/api/v1` }, byToken)
    this.hasToken = reach.credential?.apiToken !== undefined
    this.api = new OwnApi(reach.isTold ? () => saysRealm(reach, realmPath) : undefined)
  }

  async list(repository: string): Promise<QuayTagList | undefined> {
    const list = await listQuayTags(this.#api, repository)
    if (list) this.#tags.set(repository, new Map(list.tags.map(tag => [tag.tag, tag])))
    return list
  }

  /** The paths of a namespace that the token may see, and of what everybody may. */
  listRepositories(namespace: string): AsyncIterable<string> {
    return listQuayRepositories(this.#api, namespace)
  }

  /** As {@link findAutoprune}. */
  findRules(repository: string): Promise<RegistryRules | undefined> {
    return findAutoprune(this.#api, repository)
  }

  /** The first of these tags that the last list called immutable. */
  findImmutable(repository: string, tags: readonly string[]): string | undefined {
    const known = this.#tags.get(repository)
    return tags.find(tag => known?.get(tag)?.isImmutable === true)
  }

  /** True where no other tag is on the digest, as far as a list said; undefined where it is not told. */
  async isLastTag(repository: string, tag: string, digest: Digest): Promise<boolean | undefined> {
    if (this.#tags.get(repository)?.get(tag)?.digest !== digest)
      if ((await this.api.ask(repository, 'list', () => this.list(repository))) === notTold) return undefined
    const on = [...(this.#tags.get(repository)?.values() ?? [])].filter(one => one.digest === digest)
    return on.length === 1 && on[0]?.tag === tag
  }

  /** It was deleted. */
  forget(repository: string, tag: string): void {
    this.#tags.get(repository)?.delete(tag)
  }
}
