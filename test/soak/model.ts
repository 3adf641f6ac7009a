import { Deployments } from './deployments.ts'
import type { Dice } from './dice.ts'
import type { EarlierName } from './earlier.ts'
import { type Estate, stallingHost } from './estate.ts'
import { createFaults, type Faults } from './faults.ts'
import { type Figures, noFigures } from './figures.ts'
import type { Journal } from './journal.ts'
import { RepositoryBook } from './registry-book.ts'
import type { ViolationError } from './violation.ts'

/** Whose code handles what comes: in an hour of deploy, that of either version. */
export type Running = 'today' | 'yesterday' | 'both'

/** How the registry answers a credential at a path now: to `open`, it shows what that credential may see. */
export type Door = 'open' | 401 | 403 | 404 | 'empty'

/** What one round has beside the product at work: the real parts, and the model of what is true. */
export interface Model {
  readonly dice: Dice
  readonly estate: Estate
  readonly journal: Journal
  readonly figures: Figures
  readonly books: readonly RepositoryBook[]
  readonly deployments: Deployments
  readonly faults: Faults
  /** Whose code runs. */
  readonly versions: { running: Running; earlier: EarlierName | undefined }
  /** By credential and path; open where nothing is said. */
  readonly doors: Map<string, Door>
  /** The first thing that was refused in the middle of the product's work: it ends the round. */
  readonly refused: { first?: ViolationError }
  /** The program by which restored images are pulled too, where it is given. */
  readonly crane: string | undefined
}

export const repositoriesARound = 20
const stallingRepositories = 3

export const createModel = (
  estate: Estate,
  earlier?: EarlierName,
): Pick<Model, 'books' | 'deployments' | 'faults' | 'figures' | 'doors' | 'versions' | 'refused'> => ({
  books: Array.from({ length: repositoriesARound + stallingRepositories }, (_, at) =>
    at < repositoriesARound
      ? new RepositoryBook(estate.registry.host, `team/app-${at}`)
      : new RepositoryBook(stallingHost, `team/slow-${at}`),
  ),
  deployments: new Deployments(estate.clusters),
  faults: createFaults(),
  figures: noFigures(),
  doors: new Map(),
  versions: { running: 'today', earlier },
  refused: {},
})

export const isStalling = ({ host }: RepositoryBook): boolean => host === stallingHost

export const bookOf = (world: Pick<Model, 'books'>, path: string): RepositoryBook | undefined =>
  world.books.find(book => book.path === path)
