import * as z from 'zod'
import { google } from '../../../domain/providers/google.ts'
import { parseRepositoryPath } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RegistryReader, RepositoryListing } from '../../../ports/registry.ts'
import { systemClock } from '../../http/retry.ts'
import { listedByApi } from '../listed-by-api.ts'
import { OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { RegistryApi } from '../registry-api.ts'
import { listingOf } from './artifact-listing.ts'
import { isPlace, placeOf } from './artifact-place.ts'
import { findCleanup } from './google-rules.ts'
import { authorizeAtGoogle } from './service-account.ts'

/** For whom what is signed is; whatever the address is at which it is reached. */
const audience = 'https://artifactregistry.googleapis.com/'
const maxPages = 10_000
/** Of tags one page may have ten times as many. */
const tagsOfPage = 10_000

/** What is empty is left out. */
const entries = z.array(z.unknown()).optional()
const page = z.object({ versions: entries, tags: entries, nextPageToken: z.string().optional() })

/** What people read of a sync that had to do without. */
const without =
  'Artifact Registry does not list packages for this credential, so that push times and untagged images are not known: give it the role Artifact Registry Reader'

type Kind = 'versions' | 'tags'

/**
 * The list of a repository by the API of Artifact Registry, and its rules. The API lists the versions of one package, and its tags. The list of
 * Docker images names no package: it is of all images of a repository there, however many.
 *
 * @see https://cloud.google.com/artifact-registry/docs/reference/rest
 */
export function listedByGoogle(
  plain: Pick<RegistryReader, 'listRepository'>,
  options: Reach,
): Pick<RegistryReader, 'listRepository' | 'findOwnRules'> {
  const { credential, isTold, clock = systemClock } = options
  const own = new OwnApi(async () => credential !== undefined && !isTold)
  const api = new RegistryApi(options, given => authorizeAtGoogle(given, audience, clock.now()))
  const list = (repository: string) => listPackage(api, options.host, repository)
  const scopeOf = (repository: string) => placeOf(options.host, repository)?.parent ?? repository
  return {
    ...listedByApi(plain, { api: own, scopeOf, list, without }),
    ...(credential !== undefined &&
      isPlace(options.host) && {
        async findOwnRules(repository: string) {
          const place = placeOf(options.host, parseRepositoryPath(repository))
          return place && findCleanup(api, place)
        },
      }),
  }
}

/** Tags after versions: of an image that is pushed in between, its tag is known at least. */
async function listPackage(api: RegistryApi, host: string, repository: string): Promise<RepositoryListing | undefined> {
  const place = placeOf(host, repository)
  if (!place) return undefined
  const versions = await findAll(api, { place: place.package, kind: 'versions', repository })
  const tags = versions && (await findAll(api, { place: place.package, kind: 'tags', repository }))
  return versions && tags && listingOf(versions, tags)
}

interface Wanted {
  readonly place: string
  readonly kind: Kind
  readonly repository: string
}

/** Every page; undefined where there is no such package. @throws InvalidInputError for a page that is none, or no end */
async function findAll(api: RegistryApi, { place, kind, repository }: Wanted): Promise<unknown[] | undefined> {
  const size = kind === 'tags' ? tagsOfPage : google.pageSize
  const path = `/v1/${place}/${kind}?pageSize=${size}`
  const all: unknown[] = []
  const seen = new Set<string>()
  for (let token = ''; ; ) {
    const query = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`
    const answer = await api.findJson({ path: `${path}${query}`, repository })
    if (!answer) return undefined
    const parsed = page.safeParse(answer.json)
    if (!parsed.success) throw new InvalidInputError(`${api.what({ path })}: expected ${kind}, got another JSON`)
    const { [kind]: entries = [], nextPageToken } = parsed.data
    all.push(...entries)
    if (!nextPageToken) return all
    if (seen.has(nextPageToken) || seen.size >= maxPages)
      throw new InvalidInputError(`${api.what({ path })}: expected a list that ends, got a page token again`)
    seen.add(nextPageToken)
    token = nextPageToken
  }
}
