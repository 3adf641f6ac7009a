import type { Store } from '../../shared/ports/store.ts'
import { countingStore } from './counting-store.ts'
import { createDice } from './dice.ts'
import { anyFrom, type Earlier, type From, loadEarlier } from './earlier.ts'
import { type Estate, startEstate } from './estate.ts'
import { connectFaults } from './fault-operations.ts'
import type { Figures } from './figures.ts'
import { createJournal } from './journal.ts'
import { createMeanwhile } from './meanwhile.ts'
import { createModel } from './model.ts'
import { operate } from './operations.ts'
import { Pipeline } from './pipeline.ts'
import { createPolicies } from './policy-operations.ts'
import { createGuard } from './registry-guard.ts'
import { restoreSomething } from './restore-operations.ts'
import { settle } from './settle.ts'
import type { RegistryKind } from './soak-registry.ts'
import { tellViolation } from './tell-violation.ts'
import { createNeighbours } from './tenant-operations.ts'
import { isTracked, trackWhole } from './tracking.ts'
import { runVersions } from './versions.ts'
import { type Violation, ViolationError } from './violation.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { watchingStore } from './watching-store.ts'
import type { World } from './world.ts'

export interface RoundOptions {
  readonly seed: string
  readonly operations: number
  readonly crane?: string | undefined
  /** Default: the dice say. */
  readonly registry?: RegistryKind | undefined
  /** The version with whose code the round begins; default: the dice say. */
  readonly from?: From | undefined
  /** Spoils a part, to see that the soak notices. */
  readonly tamper?: ((estate: Estate) => void) | undefined
  /** Told after each operation. */
  readonly onOperation?: (() => void) | undefined
}

export interface RoundResult {
  readonly figures: Figures
  readonly failure?: { readonly violation: Violation; readonly operation: number; readonly report: string }
}

/** One life of an installation, from nothing to a settled end, the same for the same seed. */
export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const kind = options.registry ?? anyKind(options)
  const from = options.from ?? anyFrom(createDice(`upgrade ${options.seed}`), kind)
  const earlier = from === 'none' ? undefined : await loadEarlier(from)
  const estate = await startEstate(createVirtualClock(), kind, earlier)
  options.tamper?.(estate)
  try {
    const world = createWorld(options, estate, earlier)
    try {
      await live(world, options)
      return { figures: world.figures }
    } catch (error) {
      const violation =
        error instanceof ViolationError ? error.violation : { what: `the soak itself failed: ${stackOf(error)}` }
      const report = await tellViolation(world, violation)
      return { figures: world.figures, failure: { violation, operation: world.journal.operation, report } }
    }
  } finally {
    await estate.close()
  }
}

/** By dice of its own: what else happens is the same for the same seed. */
const anyKind = ({ seed, from }: RoundOptions): RegistryKind =>
  from === '6e1a4d3' ? 'plain' : createDice(`registry ${seed}`).weighted({ plain: 60, harbor: 20, ecr: 20 })

/** Most images go when all is settled, so that there is most to bring back. */
const restoredInTheEnd = 10

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))

/** A world in which nothing has happened yet. */
export function createWorld(
  { seed, crane }: Pick<RoundOptions, 'seed' | 'crane'>,
  estate: Estate,
  earlier?: Earlier,
): World {
  const model = createModel(estate, earlier?.name)
  const watched = (store: Store) => watchingStore(countingStore(store, model.figures), () => world)
  const pipeline: Pipeline = new Pipeline(
    () => world,
    watched(estate.store),
    earlier?.codeOf(watched(estate.oldStore)),
    createMeanwhile(() => world),
  )
  const world: World = {
    dice: createDice(seed),
    estate,
    journal: createJournal(estate.clock),
    pipeline,
    crane,
    ...model,
  }
  connectFaults(estate.clusters, world.faults)
  return world
}

async function live(world: World, { operations, onOperation }: RoundOptions): Promise<void> {
  world.estate.guard = createGuard(world, error => {
    world.refused.first ??= error
  })
  const throwViolation = () => {
    if (world.refused.first) throw world.refused.first
  }
  const hasUpgrade = world.versions.earlier !== undefined
  if (hasUpgrade) runVersions(world, 0)
  createPolicies(world)
  createNeighbours(world)
  for (const book of world.books.filter(isTracked)) {
    trackWhole(world, book)
    await world.pipeline.syncWhole(book)
  }
  for (let at = 0; at < operations; at++) {
    if (hasUpgrade) runVersions(world, at / operations)
    await operate(world)
    throwViolation()
    onOperation?.()
  }
  if (hasUpgrade) runVersions(world, 1)
  await settle(world, throwViolation)
  for (let at = 0; at < restoredInTheEnd; at++) await restoreSomething(world)
}
