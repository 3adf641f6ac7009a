import type { EventPublisher, SweepQueue } from '../../ports/messaging.ts'
import type { KillSwitch } from '../../ports/platform.ts'
import type { Store } from '../../ports/store.ts'

export interface PlanDeps {
  readonly store: Store
  readonly sweepQueue: SweepQueue
  readonly events: EventPublisher
  readonly killSwitch: KillSwitch
  readonly now: () => Date
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: () => number
  /** Since when the table is one that was restored; absent where it never was. */
  readonly restoredAt?: Date | undefined
  /** What a registry may hold, in bytes, where the settings say so. */
  readonly capacityOf?: (registry: string) => number | undefined
}

export interface PlanResult {
  readonly policy: string
  /** `cluster/namespace/name/runId`, as `history` prints it. */
  readonly run: string
  readonly message: string
  /** True when a person has to approve a part of the plan, which is left out till then. */
  readonly exceeded: boolean
}
