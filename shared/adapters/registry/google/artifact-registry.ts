import { parseRepositoryPath } from '../../../domain/repository-name.ts'
import type { RegistryReader, RepositoryListing } from '../../../ports/registry.ts'
import { systemClock } from '../../http/retry.ts'
import { listedByApi } from '../listed-by-api.ts'
import { listedByPart } from '../listed-by-part.ts'
import { OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { RegistryApi } from '../registry-api.ts'
import { listingOf } from './artifact-listing.ts'
import { findAll } from './artifact-pages.ts'
import { isPlace, partOf, placeOf } from './artifact-place.ts'
import { listGoogleRepositories } from './google-repositories.ts'
import { findCleanup } from './google-rules.ts'
import { authorizeAtGoogle } from './service-account.ts'

/** For whom what is signed is; whatever the address is at which it is reached. */
const audience = 'https://artifactregistry.googleapis.com/'

/** What people read of a sync that had to do without. */
const without =
  'Artifact Registry does not list packages for this credential, so that push times and untagged images are not known: give it the role Artifact Registry Reader'

/**
 * The list of a repository by the API of Artifact Registry, and its rules. The API lists the versions of one package, and its tags. The list of
 * Docker images names no package: it is of all images of a repository there, however many.
 *
 * @see https://cloud.google.com/artifact-registry/docs/reference/rest
 */
export function listedByGoogle(
  plain: Pick<RegistryReader, 'listRepository'>,
  options: Reach,
): Pick<RegistryReader, 'listRepository' | 'findOwnRules'> & Partial<Pick<RegistryReader, 'listRepositories'>> {
  const { credential, isTold, clock = systemClock } = options
  const own = new OwnApi(async () => credential !== undefined && !isTold)
  const api = new RegistryApi(options, given => authorizeAtGoogle(given, audience, clock.now()))
  const list = (repository: string) => listPackage(api, options.host, repository)
  const scopeOf = (repository: string) => placeOf(options.host, repository)?.parent ?? repository
  return {
    ...listedByApi(plain, { api: own, scopeOf, list, without }),
    ...(credential !== undefined &&
      isPlace(options.host) && {
        ...listedByPart({
          host: options.host,
          api: own,
          beginsWith: 'a project, as in project/**,',
          scopeOf: below => partOf(options.host, below)?.project,
          list: async below => listGoogleRepositories(api, options.host, below),
        }),
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
