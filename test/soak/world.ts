import { Deployments } from './deployments.ts'
import type { Dice } from './dice.ts'
import { type Estate, stallingHost } from './estate.ts'
import { type Figures, noFigures } from './figures.ts'
import type { Journal } from './journal.ts'
import type { Odd } from './odd-answers.ts'
import type { Pipeline } from './pipeline.ts'
import { RepositoryBook } from './registry-book.ts'
import type { Door } from './sight.ts'
import type { Running } from './versions.ts'
import type { ViolationError } from './violation.ts'

/** Everything one round has: the real parts, the model of what is true, and the product at work between them. */
export interface World {
  readonly dice: Dice
  readonly estate: Estate
  readonly journal: Journal
  readonly figures: Figures
  readonly books: readonly RepositoryBook[]
  readonly deployments: Deployments
  readonly faults: Faults
  readonly pipeline: Pipeline
  /** Whose code runs. */
  readonly versions: { running: Running; isUpgraded: boolean }
  /** By credential and path; open where nothing is said. */
  readonly doors: Map<string, Door>
  /** The first thing that was refused in the middle of the product's work: it ends the round. */
  readonly refused: { first?: ViolationError }
  /** The program by which restored images are pulled too, where it is given. */
  readonly crane: string | undefined
}

/** What does not answer now. */
export interface Faults {
  registry: 'up' | 'down' | 'flaky'
  /** The registry goes down by itself after so many requests more. */
  registryFailsAfter: number
  /** Repositories whose tag lists come back cut short, with 200. */
  readonly shortLists: Set<string>
  /** By path, what is answered oddly there. */
  odd: Map<string, Odd[]>
  /** The host that stalls does so after so many calls of a sync or a sweep. */
  stallsAfter: number
  /** Nothing happens in the middle of a sweep any more. */
  isQuiet: boolean
  /** Names of the clusters that are not reached. */
  readonly clustersDown: Set<string>
}

export const repositoriesARound = 20
const stallingRepositories = 3

export const createFaults = (): Faults => ({
  registry: 'up',
  registryFailsAfter: Number.POSITIVE_INFINITY,
  shortLists: new Set(),
  odd: new Map(),
  stallsAfter: Number.POSITIVE_INFINITY,
  isQuiet: false,
  clustersDown: new Set(),
})

export const createModel = (
  estate: Estate,
): Pick<World, 'books' | 'deployments' | 'faults' | 'figures' | 'doors' | 'versions' | 'refused'> => ({
  books: Array.from({ length: repositoriesARound + stallingRepositories }, (_, at) =>
    at < repositoriesARound
      ? new RepositoryBook(estate.registry.host, `team/app-${at}`)
      : new RepositoryBook(stallingHost, `team/slow-${at}`),
  ),
  deployments: new Deployments(estate.clusters),
  faults: createFaults(),
  figures: noFigures(),
  doors: new Map(),
  versions: { running: 'today', isUpgraded: false },
  refused: {},
})

export const isStalling = ({ host }: RepositoryBook): boolean => host === stallingHost

export const bookOf = (world: Pick<World, 'books'>, path: string): RepositoryBook | undefined =>
  world.books.find(book => book.path === path)
