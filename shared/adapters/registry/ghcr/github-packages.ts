import * as z from 'zod'
import type { Digest } from '../../../domain/digest.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RegistryCredential } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { type Clock, systemClock } from '../../http/retry.ts'
import { type NumberedPage, readNumberedPages } from '../numbered-pages.ts'
import { notTold, OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { type ApiRequest, RegistryApi } from '../registry-api.ts'
import { createRegistryPool } from '../registry-pool.ts'
import { type DeletePace, deletePaceOf } from './delete-pace.ts'
import { withGithubLimits } from './github-limits.ts'
import { type PackageVersion, parseVersion } from './package-version.ts'
import { parsePage } from './version-page.ts'

const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
/** How often a version that was just pushed is looked for before all are listed. */
const looks = 4
const firstWaitMs = 500

export type GhcrOptions = Reach

/** Every entry that GitHub lists of a package, understood or not. */
export interface VersionList {
  readonly versions: ReadonlyMap<Digest, PackageVersion>
  readonly odd: readonly unknown[]
}

/** A package by its path in the API, which is another for an organisation than for a user. */
interface Place {
  readonly owner: string
  readonly name: string
}

/**
 * The packages of GitHub: what is the path of a repository is its owner and the name of a package, and each manifest a
 * version. Nobody is told anything without a token.
 *
 * @see https://docs.github.com/en/rest/packages/packages
 */
export class GithubPackages {
  readonly own: OwnApi
  readonly #api: RegistryApi
  readonly #clock: Clock
  readonly #pace: DeletePace
  readonly #signal: AbortSignal | undefined
  readonly #kinds = new Map<string, 'orgs' | 'users'>()
  readonly #known = new Map<string, Map<Digest, PackageVersion>>()
  /** Those of a classic token, which alone has them. */
  #scopes: string | undefined

  constructor(options: GhcrOptions) {
    const { credential, clock = systemClock, isTold } = options
    this.own = new OwnApi(async () => credential !== undefined && !isTold)
    const http = withGithubLimits(options.http ?? createRegistryPool(options))
    this.#api = new RegistryApi({ ...options, http }, given => ({ headers: authorizationOf(given) }))
    this.#clock = clock
    this.#pace = deletePaceOf(JSON.stringify([options.api, credential && tokenOf(credential)]), clock)
    this.#signal = options.signal
  }

  /** Undefined for a package that is not there, or may not be seen: GitHub says the same of both. */
  async list(repository: string): Promise<VersionList | undefined> {
    const place = placeOf(repository)
    const first = place && (await this.#findPage(place, repository, 1))
    if (!first) return undefined
    const what = `versions of ${repository}`
    const readPage = async (page: number) => {
      const found = await this.#findPage(place, repository, page)
      if (found) return found
      throw new InvalidInputError(`${what}: expected page ${page} of ${first.last}, got 404`)
    }
    return this.#remember(repository, await readNumberedPages(first, readPage, what), true)
  }

  /** The paths of an owner's packages that this token may see; undefined for an owner that is not there. */
  async listPackages(owner: string): Promise<AsyncIterable<string> | undefined> {
    for (const kind of ['orgs', 'users'] as const) {
      const find = async (page: number): Promise<NumberedPage | undefined> => {
        const path = `/${kind}/${owner}/packages?package_type=container&per_page=100&page=${page}`
        const answer = await this.#api.findJson({ path, headers })
        return answer && parsePage(answer.json, answer.headers.link, this.#api.what({ path }))
      }
      const first = await find(1)
      if (!first) continue
      const readPage = async (page: number) => (await find(page)) ?? { entries: [], last: page }
      return packagesIn(owner, await readNumberedPages(first, readPage, `packages of ${owner}`))
    }
    return undefined
  }

  /** Those of the last list, less what was deleted since; undefined where none was read. */
  known(repository: string): ReadonlyMap<Digest, PackageVersion> | undefined {
    return this.#known.get(repository)
  }

  /** The version of a digest: of the last list, or of one that is read for it. */
  async find(repository: string, digest: Digest): Promise<PackageVersion | typeof notTold | undefined> {
    return this.#known.get(repository)?.get(digest) ?? this.#findListed(repository, digest)
  }

  /** The same of one that was pushed a moment ago: the newest are on the first page, as soon as GitHub has it. */
  async findPushed(repository: string, digest: Digest): Promise<PackageVersion | typeof notTold | undefined> {
    const place = placeOf(repository)
    for (let look = 0; place && look < looks; look++) {
      if (look > 0) await this.#clock.sleep(firstWaitMs * 2 ** (look - 1), this.#signal)
      const page = await this.#findPage(place, repository, 1)
      const found = page && this.#remember(repository, page.entries, false).versions.get(digest)
      if (found) return found
    }
    return this.#findListed(repository, digest)
  }

  /** The answer to the delete of a version, which takes its tags along; a 403 is one. */
  async delete(repository: string, { id, digest }: PackageVersion): Promise<HttpResponse> {
    const place = placeOf(repository)
    if (!place) throw new InvalidInputError(`${repository}: expected an owner and a package`)
    await this.#pace.turn(this.#signal)
    const path = `${this.#pathOf(place, this.#kinds.get(place.owner) ?? 'orgs')}/${id}`
    const response = await this.#api.send({ method: 'DELETE', path, headers, repository, refusalIsAnswer: true })
    if (response.status === 204) this.#known.get(repository)?.delete(digest)
    return response
  }

  /** A tag was taken off what had it. */
  noteUntagged(repository: string, tag: string): void {
    const known = this.#known.get(repository)
    for (const [digest, version] of known ?? [])
      if (version.tags.includes(tag))
        known?.set(digest, { ...version, tags: version.tags.filter(other => other !== tag) })
  }

  /** False for a classic token that says itself that it has not the scope; others do not say. */
  get mayDelete(): boolean {
    return this.#scopes === undefined || this.#scopes.includes('delete:packages')
  }

  async #findListed(repository: string, digest: Digest): Promise<PackageVersion | typeof notTold | undefined> {
    const listed = await this.own.ask(ownerOf(repository), 'list', () => this.list(repository))
    return listed === notTold ? notTold : listed?.versions.get(digest)
  }

  async #findPage(place: Place, repository: string, page: number): Promise<NumberedPage | undefined> {
    const known = this.#kinds.get(place.owner)
    for (const kind of known ? [known] : (['orgs', 'users'] as const)) {
      const query = `per_page=100&state=active&page=${page}`
      const request: ApiRequest = { path: `${this.#pathOf(place, kind)}?${query}`, headers, repository }
      const answer = await this.#api.findJson(request)
      if (!answer) continue
      this.#kinds.set(place.owner, kind)
      const scopes = answer.headers['x-oauth-scopes']
      if (typeof scopes === 'string' && scopes !== '') this.#scopes = scopes
      return parsePage(answer.json, answer.headers.link, this.#api.what(request))
    }
    return undefined
  }

  #pathOf({ owner, name }: Place, kind: 'orgs' | 'users'): string {
    return `/${kind}/${owner}/packages/container/${encodeURIComponent(name)}/versions`
  }

  #remember(repository: string, entries: readonly unknown[], isWhole: boolean): VersionList {
    const versions = new Map<Digest, PackageVersion>()
    const odd: unknown[] = []
    for (const entry of entries) {
      const version = parseVersion(entry)
      if (version) versions.set(version.digest, version)
      else odd.push(entry)
    }
    if (isWhole) this.#known.set(repository, new Map(versions))
    else for (const [digest, version] of versions) this.#known.get(repository)?.set(digest, version)
    return { versions, odd }
  }
}

const named = z.object({ name: z.string() })

async function* packagesIn(owner: string, entries: readonly unknown[]): AsyncGenerator<string> {
  for (const entry of entries) {
    const { data } = named.safeParse(entry)
    if (data) yield `${owner}/${data.name}`
  }
}

/** Within which a token has rights. */
export const ownerOf = (repository: string): string => repository.split('/', 1)[0] ?? repository

function placeOf(repository: string): Place | undefined {
  const [owner = '', ...name] = repository.split('/')
  return name.length === 0 ? undefined : { owner, name: name.join('/') }
}

/** Images are pulled with the same token as a rule, as the password. */
const tokenOf = ({ apiToken, password }: RegistryCredential): string => apiToken ?? password

const authorizationOf = (credential: RegistryCredential | undefined): Record<string, string> =>
  credential === undefined ? {} : { authorization: `Bearer ${tokenOf(credential)}` }
