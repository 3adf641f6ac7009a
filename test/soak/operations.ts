import { deploy, rollBack, scale, undeploy } from './cluster-operations.ts'
import { breakCluster, breakRegistry, cutListsShort, mend, pause, stall } from './fault-operations.ts'
import { answerOddly, pushOddKind, pushUnreadable } from './odd-operations.ts'
import {
  deliverHint,
  deliverStaleSweep,
  deliverSweeps,
  reconcile,
  sweep,
  syncSomething,
  syncStalling,
} from './pipeline-operations.ts'
import { changePolicy, replacePolicy } from './policy-operations.ts'
import {
  anyBook,
  pushAbout,
  pushAgain,
  pushSharedIndex,
  pushUnheard,
  pushUntagged,
  pushVersion,
  removeByHand,
  retag,
} from './push-operations.ts'
import { collectGarbage, restoreSomething } from './restore-operations.ts'
import {
  changeCredential,
  changeNeighbourPolicy,
  syncAsNeighbour,
  trackAsNeighbour,
  untrackAsNeighbour,
} from './tenant-operations.ts'
import { trackWhole, untrack } from './tracking.ts'
import type { World } from './world.ts'

type Operation = (world: World) => Promise<boolean> | boolean

const operations: Readonly<Record<string, readonly [weight: number, Operation]>> = {
  pushVersion: [260, world => pushVersion(world)],
  pushSharedIndex: [35, pushSharedIndex],
  pushAbout: [90, pushAbout],
  pushUntagged: [15, pushUntagged],
  pushUnheard: [30, pushUnheard],
  pushAgain: [25, pushAgain],
  pushOddKind: [10, pushOddKind],
  pushUnreadable: [12, pushUnreadable],
  retag: [70, retag],
  removeByHand: [30, removeByHand],
  deploy: [100, world => deploy(world)],
  rollBack: [40, rollBack],
  scale: [50, scale],
  undeploy: [60, undeploy],
  changePolicy: [20, changePolicy],
  replacePolicy: [4, replacePolicy],
  track: [10, world => trackAgain(world)],
  untrack: [10, world => untrack(world, anyBook(world))],
  trackAsNeighbour: [20, trackAsNeighbour],
  untrackAsNeighbour: [14, untrackAsNeighbour],
  changeNeighbourPolicy: [12, changeNeighbourPolicy],
  changeCredential: [3, changeCredential],
  syncAsNeighbour: [60, syncAsNeighbour],
  reconcile: [30, reconcile],
  syncSomething: [45, syncSomething],
  syncStalling: [12, syncStalling],
  sweep: [40, sweep],
  deliverSweeps: [30, deliverSweeps],
  deliverStaleSweep: [4, deliverStaleSweep],
  breakRegistry: [4, breakRegistry],
  cutListsShort: [4, cutListsShort],
  breakCluster: [4, breakCluster],
  answerOddly: [30, answerOddly],
  stall: [8, stall],
  pause: [2, pause],
  mend: [30, world => mend(world)],
  restoreSomething: [30, restoreSomething],
  collectGarbage: [1, collectGarbage],
}

const weights = Object.fromEntries(Object.entries(operations).map(([name, [weight]]) => [name, weight]))

function trackAgain(world: World): boolean {
  trackWhole(world, anyBook(world))
  return true
}

/** Something happens, time goes on, and the sync queue is worked off a little. One that cannot happen is drawn again. */
export async function operate(world: World): Promise<void> {
  const { dice, journal, estate, figures, pipeline } = world
  journal.operation += 1
  figures.operations += 1
  for (let done = false; !done; ) {
    const name = dice.weighted(weights)
    done = await (operations[name]?.[1] ?? (() => true))(world)
  }
  while (pipeline.hints.length > 0 && dice.chance(70)) await deliverHint(world)
  estate.clock.pass(secondsBetween(world))
}

/** Mostly seconds, now and then a night. */
const secondsBetween = ({ dice }: World): number =>
  dice.chance(0.3) ? 86_400 : dice.chance(1) ? dice.below(4 * 3600) : 1 + dice.below(60)
