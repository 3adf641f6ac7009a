import * as z from 'zod'
import { dockerhub } from '../../../domain/providers/dockerhub.ts'
import { AccessDeniedError, InvalidInputError } from '../../../errors.ts'
import type { RepositoryListing } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { parseJson } from '../manifest.ts'
import { readNumberedPages } from '../numbered-pages.ts'
import { OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { type Authorize, RegistryApi } from '../registry-api.ts'
import { listingOf, parseTagPage } from './hub-tag.ts'

const { pageSize } = dockerhub
const token = z.object({ access_token: z.string().min(1) })

/**
 * Exchanges user name and password, or the token of a person or an organisation, for one of a few minutes. Public
 * repositories are listed to everybody.
 *
 * @see https://docs.docker.com/reference/api/hub/latest/#tag/authentication-api
 */
const authorize: Authorize = async (credential, send) => {
  if (credential === undefined) return { headers: {} }
  const { username: identifier, password, apiToken: secret = password } = credential
  const response = await send({ method: 'POST', path: '/v2/auth/token', json: { identifier, secret } })
  const parsed = response.status === 200 ? token.safeParse(parseJson(response.body, 'token of Docker Hub')) : undefined
  if (parsed?.success) return { headers: { authorization: `Bearer ${parsed.data.access_token}` } }
  throw new AccessDeniedError(
    `hub.docker.com: expected a token, got ${response.status}; check user name and password, which must be a token where the organisation has single sign-on`,
    { kind: 'authentication' },
  )
}

/** What Docker Hub tells of tags beside its registry. */
export class HubApi {
  readonly own: OwnApi
  readonly #api: RegistryApi

  constructor(options: Reach) {
    this.own = new OwnApi(async () => !options.isTold)
    this.#api = new RegistryApi(options, authorize)
  }

  /** Undefined for a repository that is not there, or may not be seen. */
  async list(repository: string): Promise<RepositoryListing | undefined> {
    const place = placeOf(repository)
    if (!place) return undefined
    const path = `/v2/namespaces/${place.namespace}/repositories/${place.name}/tags`
    const entries = await this.#findEntries({ path, repository }, 'tags', repository)
    return entries && listingOf(entries)
  }

  /** Undefined for a namespace that is not there. @see https://github.com/docker/hub-tool/blob/main/pkg/hub/repositories.go */
  async listRepositories(namespace: string): Promise<AsyncIterable<string> | undefined> {
    const entries = await this.#findEntries({ path: `/v2/repositories/${namespace}/` }, 'repositories', namespace)
    return entries && namesIn(namespace, entries)
  }

  /** All pages of a list, of `what` and of whom; undefined where there is none. */
  async #findEntries(
    { path, ...rest }: { readonly path: string; readonly repository?: string },
    what: string,
    whose: string,
  ): Promise<readonly unknown[] | undefined> {
    const find = async (number: number) => {
      const answer = await this.#api.findJson({ path: `${path}?page_size=${pageSize}&page=${number}`, ...rest })
      if (!answer) return undefined
      const page = parseTagPage(answer.json, pageSize)
      if (page) return page
      throw new InvalidInputError(`GET ${path}: expected a page of ${what}, got another JSON`)
    }
    const first = await find(1)
    if (!first) return undefined
    // The last page is no more where what was on it was deleted meanwhile.
    const readPage = async (number: number) => (await find(number)) ?? { entries: [], last: number }
    return readNumberedPages(first, readPage, `${what} of ${whose}`)
  }

  /** The answer to the delete of a tag, whose image stays; a 403 is one. */
  deleteTag(repository: string, tag: string): Promise<HttpResponse> {
    return this.#api.send({
      method: 'DELETE',
      path: `/v2/repositories/${repository}/tags/${tag}/`,
      repository,
      refusalIsAnswer: true,
    })
  }
}

const named = z.object({ name: z.string() })

async function* namesIn(namespace: string, entries: readonly unknown[]): AsyncGenerator<string> {
  for (const entry of entries) {
    const { data } = named.safeParse(entry)
    if (data) yield `${namespace}/${data.name}`
  }
}

/** Within which a credential has rights. */
export const namespaceOf = (repository: string): string => repository.split('/', 1)[0] ?? repository

/** Undefined for a path that no repository there has. */
function placeOf(repository: string): { readonly namespace: string; readonly name: string } | undefined {
  const [namespace, name, ...rest] = repository.split('/')
  return namespace === undefined || name === undefined || rest.length > 0 ? undefined : { namespace, name }
}
