import type { RepositoryWorld } from '../world/read-world.ts'
import type { DeleteContext, DeleteDeps } from './delete-image.ts'
import type { LayerCopies } from './layer-copies.ts'
import type { DeletionPlan } from './plan-deletions.ts'
import type { Fresh } from './read-afresh.ts'
import type { SweepTally } from './sweep-tally.ts'
import type { Stop } from './worker-pool.ts'

export interface BatchDeps extends DeleteDeps {
  readonly readAfresh: (isFirst: boolean) => Promise<Fresh>
  /** Continues a read of the registry that an earlier invocation began; answers why nothing is deleted in this one. */
  readonly continueLook: () => Promise<Stop | undefined>
  /** As `stopReason`, asked anew. */
  readonly askAgain: () => Promise<string | undefined>
  readonly tally: SweepTally
  readonly layerCopies: LayerCopies
  /** A repository of at most so many tags is not untagged in batches: each call deletes a whole image. Default 200. */
  readonly fewTags?: number | undefined
  /**
   * Called between two batches, so that what is done is recorded even if the rest fails; `planned` counts all images.
   */
  readonly reportProgress: (planned: number) => Promise<void>
}

/** What was read last, and what may be deleted by it. */
export interface Look extends DeletionPlan {
  readonly world: RepositoryWorld
  readonly context: DeleteContext
  readonly policy: Extract<Fresh, { policy: unknown }>['policy']
  /** Milliseconds since 1970 from which on nothing may be deleted on this look. */
  readonly staleAt: number
}
