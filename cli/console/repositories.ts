import type { Digest } from '../../shared/domain/digest.ts'
import { getNamedImage } from '../connect/find-repository.ts'
import { viewImages } from '../images/list-images.ts'
import type { ShownRepository } from '../images/list-repositories.ts'
import { versionTrees } from '../images/version-tree.ts'
import type { Page, RepositoryPage } from './api.ts'
import { type ConsoleDeps, fewSecondsMs } from './console-deps.ts'
import { knownRepositories } from './known.ts'
import { type PageAsked, pageOf } from './paging.ts'

export interface RepositoriesAsked extends PageAsked {
  readonly search?: string | undefined
}

/** By name. All are read, and kept for a few seconds, since what is marked and runs is told by objects and clusters. */
export async function listRepositoryPage(
  { search = '', ...page }: RepositoriesAsked,
  deps: ConsoleDeps,
): Promise<Page<ShownRepository>> {
  const { repositories } = await knownRepositories(deps)
  const wanted = search.toLowerCase()
  const found = repositories.filter(one => one.repository.toLowerCase().includes(wanted))
  const { from: _, ...shown } = pageOf(found, one => one.repository, page)
  return shown
}

/** The versions of one repository, which is read and judged whole, at most every few seconds. */
export async function readRepositoryPage(
  { name, ...page }: PageAsked & { readonly name: string },
  { installation, cache, now }: ConsoleDeps,
): Promise<RepositoryPage> {
  const { repository } = await getNamedImage(name, installation)
  const view = await cache.get(`repository ${repository}`, fewSecondsMs, async () => {
    const { shown, cuts, world } = await viewImages(repository, installation, now())
    return { shown, cuts, treeOf: versionTrees(world) }
  })
  const { shown, cuts, treeOf } = view
  const { items, from, ...rest } = pageOf(shown.images, one => one.digest, page)
  return {
    ...rest,
    repository,
    parts: shown.parts,
    cuts,
    items: items.map((one, at) => {
      const { parts, isCut } = treeOf(one.digest as Digest)
      return { ...one, position: from + at, tree: parts, ...(isCut && { treeIsCut: true as const }) }
    }),
  }
}
